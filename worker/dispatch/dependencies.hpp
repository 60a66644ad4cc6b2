// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "worker/app/definition.hpp"

namespace ekiden::worker {

/// The string by which browser and server name a callback: `id.prop`, or `..a.p...b.q..` for a list
/// of outputs, or 64 hex digits made of the inputs if there is no output; the same digits, after an
/// @, mark outputs that allow duplicates. It is the same text in `_dash-dependencies` and in each
/// request. `number` tells callbacks apart that are alike in all this.
std::string callback_id(const CallbackDefinition& callback, std::size_t number = 0);

/// callback_id of all, in order, all different.
std::vector<std::string> callback_ids(std::span<const CallbackDefinition> callbacks);

/// The body of `_dash-dependencies`.
std::string dependencies_json(const AppDefinition& app);

}  // namespace ekiden::worker
