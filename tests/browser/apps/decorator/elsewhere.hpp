// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/app.hpp>

/// Registers a callback from #input to the children of `output`, which shows the value after `text`
/// and ": ". Defined in another file than the app, as a part of a larger app would be.
void show_elsewhere(ekiden::App& app, const char* output, const char* text);

/// The same, run by the browser.
void show_in_browser_elsewhere(ekiden::App& app, const char* output, const char* text);
