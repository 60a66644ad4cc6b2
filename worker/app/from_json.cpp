// SPDX-License-Identifier: MIT
#include <cmath>
#include <ekiden/from_json.hpp>
#include <utility>

namespace ekiden::detail {

namespace {

constexpr std::size_t kMaxQuoted = 40;

/// "the integer 5", "the string "abc"", "a list of 3", "null": enough to recognise the value.
std::string describe(const Json& json) {
  switch (json.kind()) {
    case Json::Kind::boolean:
    case Json::Kind::integer:
    case Json::Kind::number:
    case Json::Kind::string: {
      std::string text = json.dump();
      if (text.size() > kMaxQuoted) {
        std::size_t end = kMaxQuoted;
        while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // no half character
        text = text.substr(0, end) + "…\"";
      }
      return "the" + std::string(json.kind_name().substr(json.kind_name().find(' '))) + ' ' + text;
    }
    case Json::Kind::array:
      return "a list of " + std::to_string(json.size());
    default:
      return std::string(json.kind_name());
  }
}

std::optional<std::int64_t> whole_number(const Json& json) {
  if (const std::int64_t* integer = json.as_integer()) return *integer;
  const std::optional<double> number = json.as_number();
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (!number || std::trunc(*number) != *number) return std::nullopt;
  if (*number < -kLimit || *number >= kLimit) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

}  // namespace

void throw_bad_argument(std::string_view expected, const Json& got) {
  throw BadArgument("expected " + std::string(expected) + ", got " + describe(got));
}

void throw_bad_part(const std::string& where, const BadArgument& error) {
  throw BadArgument(where + ": " + error.what());
}

void throw_missing_member(std::string_view name) {
  throw BadArgument("member \"" + std::string(name) + "\" is missing");
}

std::int64_t read_integer(const Json& json, std::int64_t min, std::uint64_t max) {
  const std::optional<std::int64_t> value = whole_number(json);
  if (!value) throw_bad_argument("an integer", json);
  if (std::cmp_less(*value, min) || std::cmp_greater(*value, max)) {
    throw_bad_argument("an integer from " + std::to_string(min) + " to " + std::to_string(max),
                       json);
  }
  return *value;
}

}  // namespace ekiden::detail
