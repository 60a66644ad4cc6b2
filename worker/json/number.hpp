// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>
#include <optional>
#include <string_view>

namespace ekiden::worker {

/// An integer, or a double if it is none or has more than 64 bits. nullopt if it is beyond doubles.
/// REQUIRES: `text` is a number as JSON writes it.
std::optional<Json> json_number(std::string_view text);

}  // namespace ekiden::worker
