// SPDX-License-Identifier: MIT
#include "worker/dispatch/cookie.hpp"

#include <algorithm>

namespace ekiden::worker {
namespace {

bool is_printable(char c) { return c >= 0x20 && c < 0x7F; }

/// RFC 6265's cookie-octet.
bool is_plain(char c) {
  return is_printable(c) && c != ' ' && c != '"' && c != ',' && c != ';' && c != '\\';
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

}  // namespace

std::string quoted_cookie(std::string_view value) {
  if (std::all_of(value.begin(), value.end(), is_plain)) return std::string(value);
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      text += {'\\', c};
    } else if (is_printable(c) && c != ',' && c != ';') {
      text += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text += {'\\', static_cast<char>('0' + (byte >> 6U)),
               static_cast<char>('0' + (byte >> 3U & 7U)), static_cast<char>('0' + (byte & 7U))};
    }
  }
  return text += '"';
}

std::string unquoted_cookie(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string value;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      value += text[at];
    } else if (at + 3 < text.size() && text[at + 1] <= '3' && is_octal(text[at + 1]) &&
               is_octal(text[at + 2]) && is_octal(text[at + 3])) {
      value += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 +
                                 (text[at + 3] - '0'));
      at += 3;
    } else {
      value += text[++at];
    }
  }
  return value;
}

}  // namespace ekiden::worker
