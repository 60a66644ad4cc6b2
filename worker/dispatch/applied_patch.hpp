// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>

namespace ekiden::worker {

/// True if `value` is a Patch as it is sent to the browser.
bool is_patch(const Json& value);

/// `value` after a patch, as the renderer changes it. Throws Error where the renderer would: for a
/// place that does not exist, and for operations that do not fit what is there.
/// REQUIRES: is_patch(patch), and `value` is plain JSON.
Json applied_patch(Json value, const Json& patch);

}  // namespace ekiden::worker
