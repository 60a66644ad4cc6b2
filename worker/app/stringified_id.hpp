// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>
#include <string>

namespace ekiden::worker {

/// A component's id as the renderer's stringifyId writes it, which is how it looks ids up: a string
/// as it is; a pattern's object with its keys sorted, without spaces, whole numbers without ".0".
/// Throws Error if `id` is neither a string nor an object.
std::string stringified_id(const Json& id);

/// Appends a string, boolean or number as JSON.stringify writes it: 2.0 is 2.
void write_in_javascript(const Json& scalar, std::string& out);

}  // namespace ekiden::worker
