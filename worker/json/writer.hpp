// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ekiden::worker {

/// Appends `text` as a JSON string, with its quotes. Bytes that are not UTF-8 are replaced by
/// U+FFFD, so that what is written can always be read.
void write_json_string(std::string& out, std::string_view text);

/// Appends a short decimal that reads back as exactly `value` (whole numbers as `3.0`); NaN and
/// infinities become null.
void write_json_number(std::string& out, double value);

/// Appends `bytes` in base64 with padding.
void write_base64(std::string& out, std::span<const std::byte> bytes);

}  // namespace ekiden::worker
