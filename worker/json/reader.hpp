// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ekiden/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ekiden::worker {

/// Text that is not JSON, or is nested too deeply. `what()` is
/// "JSON: line 1, column 17: Missing a comma or } after an object member."
class JsonParseError : public Error {
 public:
  JsonParseError(std::size_t line_, std::size_t column_, std::string reason_, bool too_deep_);

  std::size_t line, column;  ///< from 1; columns count bytes
  std::string reason;
  bool too_deep;  ///< nested beyond kMaxJsonDepth, and read no further
};

/// Deeper nesting is refused, so that walking a value cannot exhaust the stack.
inline constexpr std::size_t kMaxJsonDepth = 512;

/// Reads one JSON value, with nothing but white space around it. Throws JsonParseError.
///
/// Integers beyond 64 bits signed become doubles. Invalid UTF-8, NaN and Infinity are errors.
/// Time and memory are linear in the text; the stack depth is constant.
Json parse_json(std::string_view text);

/// The text that the outermost object has under `name`; nullopt if there is none, or if what stands
/// before it is not JSON. Reads no further than it must.
std::optional<std::string> read_text_member(std::string_view text, std::string_view name);

/// How many bytes `text` stands for if it is base64, with its padding; nullopt if by its length it
/// cannot be.
std::optional<std::size_t> base64_bytes(std::string_view text);
/// Fills `bytes`; false unless `text` is base64. REQUIRES: bytes.size() is base64_bytes(text).
bool read_base64(std::string_view text, std::span<std::byte> bytes);
/// The bytes; nullopt unless `text` is base64, with its padding.
std::optional<std::string> read_base64(std::string_view text);

}  // namespace ekiden::worker
