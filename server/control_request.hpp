// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <ekiden/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ekiden::server {

/// What is wrong with a request, or why it cannot be done; becomes the answer's "error".
struct RequestError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// JSON has no number above INT64_MAX here.
Json number(std::uint64_t value);
/// Not below zero.
Json seconds(std::chrono::nanoseconds time);

/// The member of that name. Throws RequestError if there is none or it is no string.
const std::string& string_in(const Json& request, std::string_view name);

}  // namespace ekiden::server
