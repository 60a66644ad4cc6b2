// SPDX-License-Identifier: MIT
#include "shared/key_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace ekiden::shared {
namespace {

constexpr int kDeepest = 32;
constexpr std::size_t kMostHex = 32;

/// Bytes of the UTF-8 character that `text` begins with, or 0 if it is none that may be printed.
std::size_t printable(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  std::uint32_t point = first & (0xffU >> (size + 1));
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xc0U) != 0x80) return 0;
    point = point << 6U | (byte(at) & 0x3fU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0xa0, 0x800, 0x10000};
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return point < kLeast[size] || surrogate || point > 0x10ffff ? 0 : size;
}

std::string hex(std::string_view bytes) {
  std::string text = "0x";
  for (const char c : bytes.substr(0, kMostHex)) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  if (bytes.size() > kMostHex) text += fmt::format("… ({} bytes)", bytes.size());
  return text;
}

/// Reads what a KeyWriter writes. A member that returns false or nothing has taken nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  bool empty() const { return left_.empty(); }
  std::string_view left() const { return left_; }
  bool take(char tag) {
    if (left_.empty() || left_[0] != tag) return false;
    left_.remove_prefix(1);
    return true;
  }
  template <class T>
  std::optional<T> raw(char tag) {
    if (left_.size() < 1 + sizeof(T) || left_[0] != tag) return std::nullopt;
    T value;
    std::memcpy(&value, left_.data() + 1, sizeof value);
    left_.remove_prefix(1 + sizeof value);
    return value;
  }
  std::optional<std::string_view> text() {
    const std::string_view before = left_;
    const auto size = raw<std::uint64_t>('s');
    if (!size) return std::nullopt;
    if (*size > left_.size()) {
      left_ = before;
      return std::nullopt;
    }
    const std::string_view text = left_.substr(0, *size);
    left_.remove_prefix(*size);
    return text;
  }
  /// Appends the next value to `out`. False if there is none that can be read; then nothing of it,
  /// or its beginning, has been taken.
  bool value(std::string& out, int depth = 0);

 private:
  bool number(std::string& out);
  bool list(std::string& out, int depth);
  bool tuple(std::string& out, int depth);

  std::string_view left_;
};

bool Reader::number(std::string& out) {
  if (const auto integer = raw<std::int64_t>('i')) {
    out += fmt::format("{}", *integer);
  } else if (const auto natural = raw<std::uint64_t>('u')) {
    out += fmt::format("{}", *natural);
  } else if (const auto real = raw<double>('d')) {
    const std::string digits = fmt::format("{}", *real);
    out += digits;
    if (digits.find_first_of(".en") == std::string::npos) out += ".0";
  } else {
    return false;
  }
  return true;
}

bool Reader::list(std::string& out, int depth) {
  const auto count = raw<std::uint64_t>('[');
  if (!count) return false;
  out += '[';
  for (std::uint64_t item = 0; item < *count; ++item) {
    if (item > 0) out += ", ";
    if (!value(out, depth + 1)) return false;
  }
  out += ']';
  return true;
}

bool Reader::tuple(std::string& out, int depth) {
  if (!take('(')) return false;
  out += '(';
  for (bool first = true; !take(')'); first = false) {
    if (!first) out += ", ";
    if (!value(out, depth + 1)) return false;
  }
  out += ')';
  return true;
}

bool Reader::value(std::string& out, int depth) {
  if (left_.empty() || depth > kDeepest) return false;
  switch (left_[0]) {
    case 'T':
    case 'F':
      out += left_[0] == 'T' ? "true" : "false";
      left_.remove_prefix(1);
      return true;
    case 'n':
      out += "null";
      return take('n');
    case '?':
      return take('?') && value(out, depth + 1);
    case 's': {
      const auto string = text();
      if (string) out += quoted(*string);
      return string.has_value();
    }
    case '[':
      return list(out, depth);
    case '(':
      return tuple(out, depth);
    default:
      return number(out);
  }
}

KeyText unknown(std::string_view key) {
  KeyText result;
  const bool is_text = !key.empty() && std::all_of(key.begin(), key.end(),
                                                   [](char c) { return c >= ' ' && c <= '~'; });
  result.text = is_text ? quoted(key) : hex(key);
  return result;
}

/// A value, lock or throttle: its kind, the app's prefix of keys, the key.
KeyText direct(std::string_view key, KeyText::Kind kind, std::string_view member) {
  Reader reader(key.substr(1));
  const auto prefix = reader.text();
  const auto name = prefix ? reader.text() : std::nullopt;
  if (!name || !reader.empty()) return unknown(key);
  KeyText result;
  result.kind = kind;
  result.text = fmt::format("{}({})", member, quoted(*name));
  if (!prefix->empty()) result.text += " in " + quoted(*prefix);
  return result;
}

KeyText memoized(std::string_view key) {
  Reader reader(key);
  const auto build = reader.text();
  const auto function = build ? reader.text() : std::nullopt;
  const auto type = function ? reader.text() : std::nullopt;
  if (!type) return unknown(key);
  KeyText result;
  result.kind = KeyText::Kind::memoized;
  result.build = escaped(*build);
  result.type = escaped(*type);
  result.text = escaped(*function) + "(";
  for (bool first = true; !reader.empty(); first = false) {
    if (!first) result.text += ", ";
    const std::string_view rest = reader.left();
    std::string value;
    if (!reader.value(value)) {
      result.text += hex(rest);
      break;
    }
    result.text += value;
  }
  result.text += ")";
  return result;
}

/// Most of all text; the rest is looked at more closely.
bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

/// The letter after the backslash, or 0.
char escape(char c) {
  constexpr std::string_view kSpecial = "\"\\\n\t\r", kLetters = "\"\\ntr";
  const std::size_t at = kSpecial.find(c);
  return at == std::string_view::npos ? '\0' : kLetters[at];
}

}  // namespace

bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = escape(bytes[0]) != 0 ? 1 : printable(bytes);
    if (size == 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto* plain_end = std::find_if_not(text.begin(), text.end(), is_plain);
    const auto plain = static_cast<std::size_t>(plain_end - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t size = printable(text);
    if (const char letter = escape(text[0]); letter != 0) {
      out += '\\';
      out += letter;
    } else if (size == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

KeyText read_key(std::string_view key) {
  switch (key.empty() ? '\0' : key[0]) {
    case 's':
      return memoized(key);
    case 'D':
      return direct(key, KeyText::Kind::value, "get");
    case 'L':
      return direct(key, KeyText::Kind::lock, "lock");
    case 'T':
      return direct(key, KeyText::Kind::throttle, "throttle");
    default:
      return unknown(key);
  }
}

}  // namespace ekiden::shared
