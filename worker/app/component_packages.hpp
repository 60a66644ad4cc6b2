// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/component_package.hpp>
#include <vector>

namespace ekiden::worker {

using ComponentPackages = std::vector<const detail::ComponentPackage*>;

/// The packages that static initialisers registered since the last call, in the order in which the
/// module links them. Thread safety: for the single-threaded time in which modules are loaded.
ComponentPackages take_component_packages();

}  // namespace ekiden::worker
