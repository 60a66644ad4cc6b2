// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "worker/app/definition.hpp"

namespace ekiden::worker {

/// What is wrong with an app's layout and callbacks taken together, a sentence each, in Dash's
/// words where Dash has some; a callback is named with the place that registered it. Empty:
/// nothing.
///
/// The browser would report most of this, but only to whoever opens its console.
std::vector<std::string> registry_problems(const AppDefinition& app);

/// Throws Error with that sentence, or with a list of them, if there is a problem.
void check_registry(const AppDefinition& app);

}  // namespace ekiden::worker
