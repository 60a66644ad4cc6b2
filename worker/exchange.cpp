// SPDX-License-Identifier: MIT
#include "worker/exchange.hpp"

#include <algorithm>

#include "worker/http/grammar.hpp"

namespace ekiden::worker {

std::string_view Request::header(std::string_view name) const noexcept {
  for (const auto& [field, value] : headers) {
    if (grammar::equal_any_case(field, name)) return value;
  }
  return {};
}

std::optional<std::string_view> Response::header(std::string_view name) const noexcept {
  for (std::string_view rest = headers; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    const std::size_t colon = line.find(':');
    if (grammar::equal_any_case(line.substr(0, colon), name)) {
      return grammar::trim(line.substr(colon + 1));
    }
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
  }
  return std::nullopt;
}

}  // namespace ekiden::worker
