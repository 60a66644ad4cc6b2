// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "worker/dispatch/callback_table.hpp"

namespace ekiden::worker {

/// Calls a callback's handler; if it throws, its error handler or the app's, whose result then
/// counts as the callback's. PreventUpdate and GlobalWrite pass through, and so does everything if
/// there is no error handler.
/// Throws InvalidCallbackReturnValue if the error handler's result does not fit the outputs.
CallbackResult run_handler(const CallbackEntry& entry, std::span<const Json> arguments);

}  // namespace ekiden::worker
