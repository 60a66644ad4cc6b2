// SPDX-License-Identifier: MIT
#include "server/control_request.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

namespace ekiden::server {

Json number(std::uint64_t value) {
  return static_cast<std::int64_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
}

Json seconds(std::chrono::nanoseconds time) {
  return std::max(0.0, std::chrono::duration<double>(time).count());
}

const std::string& string_in(const Json& request, std::string_view name) {
  const Json* value = request.find(name);
  if (value == nullptr || value->as_string() == nullptr) {
    throw RequestError(fmt::format("the request lacks \"{}\", a string", name));
  }
  return *value->as_string();
}

}  // namespace ekiden::server
