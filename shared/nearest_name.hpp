// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace ekiden::shared {

/// The candidate that `name` is most likely a misspelling of: few letters added, lost, replaced or
/// swapped. Empty if none is near. The view points into `candidates`.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace ekiden::shared
