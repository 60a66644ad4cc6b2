// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ekiden::worker::grammar {

/// The character classes and small productions of RFC 9110 and RFC 3986 that heads are made of.

bool is_token(std::string_view text) noexcept;
bool is_token_char(char c) noexcept;
/// How much of the beginning is a token.
std::size_t token_length(std::string_view text) noexcept;
/// Visible characters, spaces and tabs, and bytes from 0x80; no control characters.
bool is_field_value(std::string_view text) noexcept;
/// How much of the beginning is a field value.
std::size_t field_value_length(std::string_view text) noexcept;
/// uri-host [ ":" port ], with a host that is not empty.
bool is_authority(std::string_view text) noexcept;

/// What a request target may consist of. Browsers send some characters of queries unescaped that
/// RFC 3986 forbids ("|", "{"); those are harmless. Not so what could be read as the end of the
/// target, or differently by a proxy.
bool is_target(std::string_view text) noexcept;

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
bool equal_any_case(std::string_view a, std::string_view b) noexcept;
bool starts_with_any_case(std::string_view text, std::string_view prefix) noexcept;
/// Without spaces and tabs at either end.
std::string_view trim(std::string_view text) noexcept;
/// The value of a hexadecimal digit, or -1.
int hex_digit(char c) noexcept;
/// Takes the next member off a list, without the spaces around it.
std::string_view next_in_list(std::string_view& list, char separator = ',') noexcept;

}  // namespace ekiden::worker::grammar
