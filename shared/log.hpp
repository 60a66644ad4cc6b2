// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace ekiden::shared {

enum class LogLevel { debug, info, warning, error, critical };

/// Sets level, descriptor (stderr by default) of this process's log.
void log_open(LogLevel level, int fd = 2);
/// Names this process in its lines: "master", "mold", "worker 3". Called again after each fork.
void log_role(std::string role);
bool log_enabled(LogLevel level) noexcept;

/// Writes one line with time, level, pid and role in one write(2), so that lines of different
/// processes never mix. Line breaks in `text` become "\n". Never throws, never blocks on a lock
/// that a dead process could hold.
void log_line(LogLevel level, std::string_view text) noexcept;

template <class... Args>
void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(level)) log_line(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace ekiden::shared
