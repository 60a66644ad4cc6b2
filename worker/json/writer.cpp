// SPDX-License-Identifier: MIT
#include "worker/json/writer.hpp"

#include <rapidjson/internal/dtoa.h>
#include <rapidjson/internal/itoa.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <ekiden/component.hpp>
#include <ekiden/json.hpp>

namespace ekiden::worker {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Bytes that go into a JSON string as they are.
constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}

constexpr std::array<bool, 256> kPlain = make_plain();

constexpr unsigned char byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

/// Length of the UTF-8 sequence of two to four bytes at `index`, or 0 if it is not one: too short,
/// overlong, a surrogate, or beyond U+10FFFF.
std::size_t sequence_length(std::string_view text, std::size_t index) {
  const unsigned char lead = byte_at(text, index);
  const std::size_t length = lead >= 0xF5   ? 0
                             : lead >= 0xF0 ? 4
                             : lead >= 0xE0 ? 3
                             : lead >= 0xC2 ? 2
                                            : 0;
  if (length == 0 || text.size() - index < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, index + i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte_at(text, index + 1);
  const bool wrong = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                     (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return wrong ? 0 : length;
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

void write_array(std::string& out, const Json::Array& items) {
  out += '[';
  bool first = true;
  for (const Json& item : items) {
    if (!first) out += ',';
    first = false;
    item.write(out);
  }
  out += ']';
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
  write_base64(out, array.bytes);
  out += "\"}";
}

}  // namespace

void write_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t written = 0;  // everything before it is in `out`
  std::size_t index = 0;
  const auto flush = [&] { out.append(text, written, index - written); };
  while (index < text.size()) {
    const unsigned char byte = byte_at(text, index);
    if (kPlain[byte]) {
      ++index;
    } else if (byte < 0x80) {
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
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char buffer[32];
  const char* end = rapidjson::internal::dtoa(value, buffer);
  out.append(buffer, static_cast<std::size_t>(end - buffer));
}

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
      worker::write_array(out, *as_array());
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
  write(text);
  return text;
}

}  // namespace ekiden
