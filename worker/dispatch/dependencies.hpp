// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "worker/app/definition.hpp"

namespace ekiden::worker {

/// The string by which browser and server name a callback: `id.prop`, or `..a.p...b.q..` for a list
/// of outputs, or 64 hex digits made of the inputs if there is no output. It is the same text in
/// `_dash-dependencies` and in each request.
std::string callback_id(const CallbackDefinition& callback);

/// callback_id of all, in order. Callbacks without output that share their inputs get different
/// ids, by their number among them.
std::vector<std::string> callback_ids(std::span<const CallbackDefinition> callbacks);

/// The body of `_dash-dependencies`.
std::string dependencies_json(const AppDefinition& app);

}  // namespace ekiden::worker
