// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace ekiden::shared {

/// The log of this process: one line per event, one write(2) per line.
///
/// Thread safety: log_line and log from any thread; log_open and log_role while no other thread
/// logs. Fork: the child goes on with the same level, descriptor and role; no lock is involved.
/// A crash leaves whole lines only. Errors: a line that cannot be written is dropped.
enum class LogLevel { debug, info, warning, error, critical };

/// Sets level, descriptor (stderr by default) of this process's log.
void log_open(LogLevel level, int fd = 2);
/// Names this process in its lines: "master", "mold", "worker 3". Called again after each fork.
void log_role(std::string role);
bool log_enabled(LogLevel level) noexcept;

/// Writes one line with time, level, pid and role in one write(2), so that lines of different
/// processes do not mix:
///
///     2026-11-22 05:12:10.123 [info] 4711 worker 3: text
///
/// Line breaks in `text` become "\n", other control characters "\x1b". Never throws, never
/// blocks on a lock that a dead process could hold, leaves errno alone. Into a pipe, lines beyond
/// PIPE_BUF (4096 bytes) may be cut by another process's line.
void log_line(LogLevel level, std::string_view text) noexcept;

template <class... Args>
void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(level)) log_line(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace ekiden::shared
