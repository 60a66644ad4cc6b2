// SPDX-License-Identifier: MIT
#include "worker/http/grammar.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace ekiden::worker::grammar {
namespace {

constexpr unsigned char kToken = 1;
constexpr unsigned char kValue = 2;
constexpr unsigned char kRegName = 4;  // unreserved, sub-delims, and "%" of an escape
constexpr unsigned char kTarget = 8;   // see is_target

constexpr std::array<unsigned char, 256> make_classes() {
  std::array<unsigned char, 256> classes{};
  const auto add = [&classes](std::string_view characters, unsigned char bit) {
    for (const char c : characters) {
      auto& entry = classes[static_cast<unsigned char>(c)];
      entry = static_cast<unsigned char>(entry | bit);
    }
  };
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (alnum) classes[c] = kToken | kRegName;
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) {
      classes[c] = static_cast<unsigned char>(classes[c] | kValue);
    }
    if (c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '#') {
      classes[c] = static_cast<unsigned char>(classes[c] | kTarget);
    }
  }
  add("!#$%&'*+-.^_`|~", kToken);
  add("-._~!$&'()*+,;=%", kRegName);
  return classes;
}

constexpr auto kClasses = make_classes();

bool is_in_class(char c, unsigned char bit) noexcept {
  return (kClasses[static_cast<unsigned char>(c)] & bit) != 0;
}

std::size_t length_in_class(std::string_view text, unsigned char bit) noexcept {
  std::size_t length = 0;
  while (length < text.size() && is_in_class(text[length], bit)) ++length;
  return length;
}

bool all_of_class(std::string_view text, unsigned char bit) noexcept {
  return length_in_class(text, bit) == text.size();
}

/// True if one of eight bytes is below 0x20 or 0x7f; perhaps also if one is above.
bool may_have_control(std::uint64_t bytes) noexcept {
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = kEach * 0x80;
  const std::uint64_t below_space = (bytes - kEach * 0x20) | bytes;
  const std::uint64_t delete_or_high = bytes + kEach;
  return ((below_space | delete_or_high) & kHigh) != 0;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_bracketed_address(std::string_view text) noexcept {
  if (text.size() < 4 || text.front() != '[' || text.back() != ']') return false;
  text = text.substr(1, text.size() - 2);
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return hex_digit(c) >= 0 || c == ':' || c == '.'; });
}

}  // namespace

bool is_token_char(char c) noexcept { return is_in_class(c, kToken); }

std::size_t token_length(std::string_view text) noexcept { return length_in_class(text, kToken); }

bool is_token(std::string_view text) noexcept {
  return !text.empty() && all_of_class(text, kToken);
}

bool is_field_value(std::string_view text) noexcept {
  return field_value_length(text) == text.size();
}

std::size_t field_value_length(std::string_view text) noexcept {
  std::size_t length = 0;
  for (std::uint64_t bytes; text.size() - length >= sizeof bytes; length += sizeof bytes) {
    std::memcpy(&bytes, text.data() + length, sizeof bytes);
    if (!may_have_control(bytes)) continue;
    const std::string_view eight = text.substr(length, sizeof bytes);
    const std::size_t valid = length_in_class(eight, kValue);
    if (valid != eight.size()) return length + valid;
  }
  return length + length_in_class(text.substr(length), kValue);
}

bool is_target(std::string_view text) noexcept {
  return !text.empty() && all_of_class(text, kTarget);
}

bool is_authority(std::string_view text) noexcept {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    if (port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) return false;
    text = text.substr(0, colon);
  }
  if (text.empty()) return false;
  if (text.front() == '[') return is_bracketed_address(text);
  return all_of_class(text, kRegName);
}

bool equal_any_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  if (a == b) return true;  // as they mostly are
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

bool starts_with_any_case(std::string_view text, std::string_view prefix) noexcept {
  return equal_any_case(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::string_view next_in_list(std::string_view& list, char separator) noexcept {
  const std::size_t end = list.find(separator);
  const std::string_view member = trim(list.substr(0, end));
  list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  return member;
}

}  // namespace ekiden::worker::grammar
