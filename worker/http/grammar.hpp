// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ekiden::worker::grammar {

/// The character classes and small productions of RFC 9110 and RFC 3986 that heads are made of.

bool is_token(std::string_view text) noexcept;
bool is_token_char(char c) noexcept;
/// Visible characters, spaces and tabs, and bytes from 0x80; no control characters.
bool is_field_value(std::string_view text) noexcept;
/// uri-host [ ":" port ], with a host that is not empty.
bool is_authority(std::string_view text) noexcept;

char lower(char c) noexcept;
bool equal_any_case(std::string_view a, std::string_view b) noexcept;
bool starts_with_any_case(std::string_view text, std::string_view prefix) noexcept;
/// Without spaces and tabs at either end.
std::string_view trim(std::string_view text) noexcept;
/// The value of a hexadecimal digit, or -1.
int hex_digit(char c) noexcept;
/// Takes the next member off a comma-separated list.
std::string_view next_in_list(std::string_view& list) noexcept;

}  // namespace ekiden::worker::grammar
