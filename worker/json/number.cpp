// SPDX-License-Identifier: MIT
#include "worker/json/number.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>

namespace ekiden::worker {

/// RapidJSON's own conversion makes something else of a zero with an exponent: 0.0e100.
std::optional<Json> json_number(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::int64_t integer = 0;
  const auto whole = std::from_chars(begin, end, integer);
  if (whole.ec == std::errc() && whole.ptr == end) return Json(integer);
  double number = 0;
  if (std::from_chars(begin, end, number).ec == std::errc()) return Json(number);
  // Out of range at either end, which strtod tells apart.
  number = std::strtod(std::string(text).c_str(), nullptr);
  if (std::isinf(number)) return std::nullopt;
  return Json(number);
}

}  // namespace ekiden::worker
