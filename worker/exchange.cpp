// SPDX-License-Identifier: MIT
#include "worker/exchange.hpp"

#include "worker/http/grammar.hpp"

namespace ekiden::worker {

std::string_view Request::header(std::string_view name) const noexcept {
  for (const auto& [field, value] : headers) {
    if (grammar::equal_any_case(field, name)) return value;
  }
  return {};
}

}  // namespace ekiden::worker
