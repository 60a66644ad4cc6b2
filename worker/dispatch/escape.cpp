// SPDX-License-Identifier: MIT
#include "worker/dispatch/escape.hpp"

#include <ekiden/json.hpp>

namespace ekiden::worker {

namespace {

/// What replaces `c` in HTML; empty if it may stay.
std::string_view html_entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

std::string_view script_escape(char c) {
  switch (c) {
    case '<':
      return "\\u003c";
    case '>':
      return "\\u003e";
    case '/':
      return "\\u002f";
    case '&':
      return "\\u0026";
    default:
      return {};
  }
}

template <class Replacement>
std::string replaced(std::string_view text, Replacement replacement) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    if (const std::string_view escape = replacement(c); !escape.empty()) {
      out += escape;
    } else {
      out += c;
    }
  }
  return out;
}

bool stands_in_a_url_path(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~!$()*+,;=:@/").find(static_cast<char>(c)) != std::string_view::npos;
}

}  // namespace

std::string html_escaped(std::string_view text) { return replaced(text, html_entity); }

std::string script_safe(std::string_view json) { return replaced(json, script_escape); }

std::string url_encoded_path(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(path.size());
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (stands_in_a_url_path(byte)) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string json_quoted(std::string_view text) { return Json(text).dump(); }

}  // namespace ekiden::worker
