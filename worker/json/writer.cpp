// SPDX-License-Identifier: MIT
#include "worker/json/writer.hpp"

#include <fmt/format.h>
#include <rapidjson/internal/itoa.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <ekiden/component.hpp>
#include <ekiden/json.hpp>

#include "worker/json/late_base64.hpp"
#include "worker/json/number_list.hpp"
#include "worker/json/plain_text.hpp"
#include "worker/json/string_text.hpp"

namespace ekiden::worker {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr unsigned char byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

void write_escape(std::string& out, unsigned char byte) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      constexpr char kDigits[] = "0123456789abcdef";
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
}

void write_integer(std::string& out, std::int64_t value) {
  char buffer[24];
  const char* end = rapidjson::internal::i64toa(value, buffer);
  out.append(buffer, static_cast<std::size_t>(end - buffer));
}

/// Numbers from here on, and those that are nearer to zero than kLeastInFull, have an exponent.
constexpr double kMostInFull = 1e17;
constexpr double kLeastInFull = 1e-5;

/// The characters of a number that std::to_chars writes so, and of what we add.
constexpr std::size_t kMostCharacters = 32;

/// std::to_chars' exponents have a plus and two digits at least.
char* write_with_exponent(char* to, double value) {
  char* const end =
      std::to_chars(to, to + kMostCharacters, value, std::chars_format::scientific).ptr;
  to = std::find(to, end, 'e') + 1;
  const char* from = to;
  if (*from == '-') ++to;
  ++from;
  if (*from == '0') ++from;
  return std::copy(from, static_cast<const char*>(end), to);
}

/// With the digits that std::to_chars gives, too; fmt finds them in less than half of its time.
/// REQUIRES: the value is not whole, and no nearer to zero than kLeastInFull.
char* write_fraction(char* to, double value) {
  if (value < 0) *to++ = '-';
  const double size = std::fabs(value);
  const auto decimal = fmt::detail::dragonbox::to_decimal(size);
  if (size < 1) {
    *to++ = '0';
    *to++ = '.';
    for (const double above : {0.1, 0.01, 0.001, 0.0001}) {
      if (size < above) *to++ = '0';
    }
    return rapidjson::internal::u64toa(decimal.significand, to);
  }
  char* const end = rapidjson::internal::u64toa(decimal.significand, to + 1);
  char* const point = end + decimal.exponent - 1;
  std::copy(to + 1, point + 1, to);
  *point = '.';
  return end;
}

char* write_in_full(char* to, double value) {
  const auto whole = static_cast<std::int64_t>(value);
  if (static_cast<double>(whole) == value) {
    if (whole == 0 && std::signbit(value)) *to++ = '-';
    to = rapidjson::internal::i64toa(whole, to);
    *to++ = '.';
    *to++ = '0';
    return to;
  }
  return std::fabs(value) < kLeastInFull ? write_with_exponent(to, value)
                                         : write_fraction(to, value);
}

char* write_double(char* to, double value) {
  if (std::fabs(value) < kMostInFull) return write_in_full(to, value);
  if (std::isfinite(value)) return write_with_exponent(to, value);
  constexpr std::string_view kNull = "null";
  return std::copy(kNull.begin(), kNull.end(), to);
}

/// Text and typed arrays that are smaller do not count as large.
constexpr std::size_t kLarge = 4096;
/// Of longer lists the first element stands for all.
constexpr std::size_t kMostLookedAt = 64;
/// What is nested deeper is hardly all that is large.
constexpr int kDeepest = 8;
/// As much as a double takes that is not round, with its comma.
constexpr std::size_t kNumberBytes = 20;

std::size_t bytes_of(const Json& value, int depth);

std::size_t bytes_of_items(const Json::Array& items, int depth) {
  if (items.size() > kMostLookedAt) {
    const bool is_number = items.front().as_number().has_value();
    return items.size() * (is_number ? kNumberBytes : bytes_of(items.front(), depth));
  }
  std::size_t bytes = 0;
  for (const Json& item : items) bytes += bytes_of(item, depth);
  return bytes;
}

std::size_t bytes_of(const std::vector<Json::Member>& members, int depth) {
  std::size_t bytes = 0;
  for (const auto& member : members) bytes += bytes_of(member.second, depth);
  return bytes;
}

std::size_t bytes_of(const Json& value, int depth) {
  if (depth > kDeepest) return 0;
  switch (value.kind()) {
    case Json::Kind::string: {
      const std::size_t size = value.as_string()->size();
      return size < kLarge ? 0 : size + size / 32;
    }
    case Json::Kind::typed_array: {
      const detail::TypedArray& array = *value.as_typed_array();
      const bool counts = array.bytes.size() >= kLarge && !LateBase64::leaves_out(array);
      return counts ? base64_size(array.bytes.size()) : 0;
    }
    case Json::Kind::array:
      if (const auto* numbers = value.as_numbers()) return numbers->size() * kNumberBytes;
      return bytes_of_items(*value.as_array(), depth + 1);
    case Json::Kind::object:
      return bytes_of(*value.as_object(), depth + 1);
    case Json::Kind::component:
      return bytes_of(value.as_component()->properties(), depth + 1);
    case Json::Kind::null:
    case Json::Kind::boolean:
    case Json::Kind::integer:
    case Json::Kind::number:
      break;
  }
  return 0;
}

void write_members(std::string& out, const std::vector<Json::Member>& members) {
  out += '{';
  bool first = true;
  for (const auto& [name, value] : members) {
    if (!first) out += ',';
    first = false;
    write_json_string(out, name);
    out += ':';
    value.write(out);
  }
  out += '}';
}

/// A list, with a short way for numbers, of which there may be many: `write_number` writes an item
/// that is one where there is room for it, and returns its end; nullptr for another, which
/// `write_other` appends to `out`. The text of numbers is gathered, since a string takes as long
/// for 20 bytes as for 200.
template <class Items, class WriteNumber, class WriteOther>
void write_list(std::string& out, const Items& items, WriteNumber write_number,
                WriteOther write_other) {
  std::array<char, 512> gathered;  // of each level of what is nested
  const char* const full = gathered.data() + gathered.size() - 1 - kMostCharacters;
  char* to = gathered.data();
  const auto flush = [&] {
    out.append(gathered.data(), static_cast<std::size_t>(to - gathered.data()));
    to = gathered.data();
  };
  *to++ = '[';
  for (const auto& item : items) {
    if (&item != items.data()) *to++ = ',';
    if (char* const end = write_number(to, item)) {
      to = end;
      if (to > full) flush();
    } else {
      flush();
      write_other(item);
    }
  }
  *to++ = ']';
  flush();
}

void write_numbers(std::string& out, const std::vector<double>& numbers) {
  const auto write_number = [](char* to, double number) {
    return detail::is_whole(number)
               ? rapidjson::internal::i64toa(static_cast<std::int64_t>(number), to)
               : write_double(to, number);
  };
  write_list(out, numbers, write_number, [](double) {});
}

void write_component(std::string& out, const detail::ComponentNode& node) {
  out += "{\"props\":";
  write_members(out, node.properties());
  out += ",\"type\":";
  write_json_string(out, node.name());
  out += ",\"namespace\":";
  write_json_string(out, node.name_space());
  out += '}';
}

void write_typed_array(std::string& out, const detail::TypedArray& array) {
  out += "{\"dtype\":";
  write_json_string(out, array.dtype);
  out += ",\"bdata\":\"";
  if (!LateBase64::leave_out(out, array)) write_base64(out, array.bytes);
  out += "\"}";
}

}  // namespace

void write_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t written = 0;  // everything before it is in `out`
  std::size_t index = 0;
  const auto flush = [&] { out.append(text, written, index - written); };
  for (;;) {
    const char* const special = skip_plain(text.data() + index, text.data() + text.size());
    index = static_cast<std::size_t>(special - text.data());
    if (index == text.size()) break;
    const unsigned char byte = byte_at(text, index);
    if (byte < 0x80) {
      flush();
      write_escape(out, byte);
      written = ++index;
    } else if (const std::size_t length = sequence_length(text, index); length > 0) {
      index += length;
    } else {
      flush();
      out += kReplacement;
      written = ++index;
    }
  }
  flush();
  out += '"';
}

void write_json_number(std::string& out, double value) {
  char buffer[kMostCharacters];
  const char* end = write_double(buffer, value);
  out.append(buffer, static_cast<std::size_t>(end - buffer));
}

std::size_t large_bytes(const Json& value) { return bytes_of(value, 0); }

}  // namespace ekiden::worker

namespace ekiden {

void Json::write(std::string& out) const {
  switch (kind()) {
    case Kind::null:
      out += "null";
      break;
    case Kind::boolean:
      out += *as_bool() ? "true" : "false";
      break;
    case Kind::integer:
      worker::write_integer(out, *as_integer());
      break;
    case Kind::number:
      worker::write_json_number(out, *std::get_if<double>(&value_));
      break;
    case Kind::string:
      worker::write_json_string(out, *as_string());
      break;
    case Kind::array:
      if (const auto* numbers = as_numbers()) return worker::write_numbers(out, *numbers);
      worker::write_list(
          out, *as_array(),
          [](char* to, const Json& item) {
            const double* const number = std::get_if<double>(&item.value_);
            return number == nullptr ? nullptr : worker::write_double(to, *number);
          },
          [&out](const Json& item) { item.write(out); });
      break;
    case Kind::object:
      worker::write_members(out, *as_object());
      break;
    case Kind::component:
      worker::write_component(out, *as_component());
      break;
    case Kind::typed_array:
      worker::write_typed_array(out, *as_typed_array());
      break;
  }
}

std::string Json::dump() const {
  std::string text;
  text.reserve(worker::large_bytes(*this));
  write(text);
  return text;
}

}  // namespace ekiden
