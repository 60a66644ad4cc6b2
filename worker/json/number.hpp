// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>
#include <optional>
#include <string_view>

namespace ekiden::worker {

/// An integer, or a double if it is none or has more than 64 bits. nullopt if it is beyond doubles.
/// REQUIRES: `text` is a number as JSON writes it.
std::optional<Json> json_number(std::string_view text);

/// Reads a number as JSON.stringify writes it, and returns what is behind it; nullptr if what
/// stands there is no number or an unusual one: an integer beyond 2^53, a whole number written with
/// a point or an exponent, -0, or one beyond doubles. So a whole number was an integer.
const char* read_plain_number(const char* at, const char* end, double& number) noexcept;

}  // namespace ekiden::worker
