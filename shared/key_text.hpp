// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ekiden::shared {

/// What a key of the cache says, for people and tools.
struct KeyText {
  enum class Kind { memoized, value, lock, throttle, unknown };

  Kind kind = Kind::unknown;
  /// `global_store("apples")`, `get("session:42")`, `lock("import")`. One line of UTF-8 without
  /// control characters; what cannot be read stands at the end as `0x…`.
  std::string text;
  std::string build;  ///< id of the app's build; memoized results only
  std::string type;   ///< compiler's name of the result's type; memoized results only
};

/// Reads any bytes: those that no writer of keys makes are shown as they are.
KeyText read_key(std::string_view key);

/// True for UTF-8 without control characters other than line ends and tabs.
bool is_text(std::string_view bytes);
/// The text with \n, \", \\ and \x1b for what must not reach a terminal.
std::string escaped(std::string_view text);
inline std::string quoted(std::string_view text) { return '"' + escaped(text) + '"'; }

}  // namespace ekiden::shared
