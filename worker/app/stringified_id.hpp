// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>
#include <string>

namespace ekiden::worker {

/// A component's id as the renderer's stringifyId writes it, which is how it looks ids up: a string
/// as it is; a pattern's object with its keys sorted, without spaces, whole numbers without ".0".
/// Throws Error if `id` is neither a string nor an object.
std::string stringified_id(const Json& id);

}  // namespace ekiden::worker
