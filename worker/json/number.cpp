// SPDX-License-Identifier: MIT
#include "worker/json/number.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>

#include "worker/json/number_list.hpp"

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

namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// One with a fraction or an exponent, of which std::from_chars takes more forms than JSON has.
const char* read_fraction(const char* begin, const char* point, const char* end,
                          double& number) noexcept {
  if (*point == '.' && (point + 1 == end || !is_digit(point[1]))) return nullptr;
  const auto read = std::from_chars(begin, end, number);
  const bool is_read = read.ec == std::errc() && read.ptr > point && is_digit(read.ptr[-1]);
  return is_read && !detail::is_whole(number) ? read.ptr : nullptr;
}

}  // namespace

const char* read_plain_number(const char* at, const char* end, double& number) noexcept {
  constexpr std::ptrdiff_t kMostDigits = 15;  // any so long is below 2^53
  const char* const begin = at;
  if (at != end && *at == '-') ++at;
  const char* const first = at;
  std::int64_t integer = 0;
  for (; at != end && is_digit(*at) && at - first <= kMostDigits; ++at) {
    integer = 10 * integer + (*at - '0');
  }
  if (at == first || (*first == '0' && at - first > 1)) return nullptr;
  if (at != end && (*at == '.' || *at == 'e' || *at == 'E')) {
    return read_fraction(begin, at, end, number);
  }
  const bool is_negative = first != begin;
  if (at - first > kMostDigits || (is_negative && integer == 0)) return nullptr;
  number = static_cast<double>(is_negative ? -integer : integer);
  return at;
}

}  // namespace ekiden::worker
