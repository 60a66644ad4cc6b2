// SPDX-License-Identifier: MIT
#include "worker/json/string_text.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

#include "worker/json/plain_text.hpp"

namespace ekiden::worker {

namespace {

constexpr unsigned char byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto add = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  const auto add_rest = [&](unsigned shift) { add(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add_rest(0);
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add_rest(6);
    add_rest(0);
  } else {
    add(0xF0 | code >> 18);
    add_rest(12);
    add_rest(6);
    add_rest(0);
  }
}

/// Takes `\uXXXX` from the front of `text`.
std::optional<std::uint32_t> take_unit(std::string_view& text) {
  constexpr std::size_t kBytes = 6;
  if (text.size() < kBytes || !text.starts_with("\\u")) return std::nullopt;
  std::uint32_t unit = 0;
  const char* const end = text.data() + kBytes;
  const auto read = std::from_chars(text.data() + 2, end, unit, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  text.remove_prefix(kBytes);
  return unit;
}

/// One character, of which some take a pair of units (RFC 8259, 7).
bool take_code(std::string_view& text, std::string& out) {
  constexpr std::uint32_t kHigh = 0xD800, kLow = 0xDC00, kPast = 0xE000;
  std::optional<std::uint32_t> code = take_unit(text);
  if (!code) return false;
  if (*code >= kHigh && *code < kPast) {
    const std::optional<std::uint32_t> low = *code < kLow ? take_unit(text) : std::nullopt;
    if (!low || *low < kLow || *low >= kPast) return false;
    code = 0x10000 + ((*code - kHigh) << 10) + (*low - kLow);
  }
  append_utf8(out, *code);
  return true;
}

/// What the character behind a backslash stands for, or NUL.
constexpr char short_escape(char name) noexcept {
  switch (name) {
    case '"':
    case '\\':
    case '/':
      return name;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

/// Takes an escape from the front of `text`.
bool take_escape(std::string_view& text, std::string& out) {
  const char character = text.size() > 1 ? short_escape(text[1]) : '\0';
  if (character == '\0') return take_code(text, out);
  out += character;
  text.remove_prefix(2);
  return true;
}

/// How many bytes from the start stand for themselves: up to a backslash, or what may not be.
std::size_t plain_prefix(std::string_view text) noexcept {
  std::size_t index = 0;
  for (;;) {
    const char* const special = skip_plain(text.data() + index, text.data() + text.size());
    index = static_cast<std::size_t>(special - text.data());
    const std::size_t length = index < text.size() ? sequence_length(text, index) : 0;
    if (length == 0) return index;
    index += length;
  }
}

}  // namespace

std::size_t sequence_length(std::string_view text, std::size_t index) noexcept {
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

const char* end_of_string(const char* at, const char* end) noexcept {
  while ((at = skip_plain(at, end)) != end && *at != '"') {
    if (*at == '\\' && ++at == end) break;
    ++at;
  }
  return at == end ? nullptr : at;
}

std::optional<std::string> decoded_string(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t plain = plain_prefix(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return out;
    if (text.front() != '\\' || !take_escape(text, out)) return std::nullopt;
  }
}

bool is_plain_string(std::string_view text) noexcept { return plain_prefix(text) == text.size(); }

}  // namespace ekiden::worker
