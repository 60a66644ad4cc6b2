// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "worker/app/definition.hpp"

namespace ekiden::worker {

/// Adds a sentence to `problems` for each chain of callbacks that would run each other for ever: an
/// Output of one is an Input of the next, and of the last an Input of the first. A callback may
/// have the same property as Input and Output, as in Dash.
void check_circular_dependencies(const AppDefinition& app, std::vector<std::string>& problems);

}  // namespace ekiden::worker
