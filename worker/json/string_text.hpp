// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ekiden::worker {

/// Length of the UTF-8 sequence of two to four bytes at `index`, or 0 if it is not one: too short,
/// overlong, a surrogate, or beyond U+10FFFF.
std::size_t sequence_length(std::string_view text, std::size_t index) noexcept;

/// The quote that ends a JSON string. REQUIRES: `at` is inside it, not behind a backslash.
/// nullptr if there is none.
const char* end_of_string(const char* at, const char* end) noexcept;

/// What the text between the quotes of a JSON string stands for; nullopt if no string may be
/// written so: a wrong escape, half a surrogate pair, a control character, or not UTF-8.
std::optional<std::string> decoded_string(std::string_view text);
/// Whether it stands for itself: as decoded_string, but there is no backslash in it either.
bool is_plain_string(std::string_view text) noexcept;

}  // namespace ekiden::worker
