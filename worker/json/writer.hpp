// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ekiden/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace ekiden::worker {

/// Appends `text` as a JSON string, with its quotes. Bytes that are not UTF-8 are replaced by
/// U+FFFD, so that what is written can always be read.
void write_json_string(std::string& out, std::string_view text);

/// Appends the shortest decimal that reads back as exactly `value` (whole numbers as `3.0`); NaN
/// and infinities become null.
void write_json_number(std::string& out, double value);

/// About how many bytes of what `value` is written as are those of large texts, typed arrays and
/// long lists of numbers: to set memory aside for them at once, since a string that grows is copied
/// again and again. Leaves out what this thread leaves out (LateBase64), and looks at few parts of
/// a value.
std::size_t large_bytes(const Json& value);

/// The characters that so many bytes take in base64, with padding.
constexpr std::size_t base64_size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

/// Writes `bytes` in base64 with padding. REQUIRES: there is room for base64_size() characters.
void encode_base64(char* to, std::span<const std::byte> bytes) noexcept;

/// Appends `bytes` in base64 with padding.
void write_base64(std::string& out, std::span<const std::byte> bytes);

}  // namespace ekiden::worker
