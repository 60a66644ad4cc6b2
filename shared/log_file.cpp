// SPDX-License-Identifier: MIT
#include "shared/log_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace ekiden::shared {
namespace {

constexpr std::string_view kOrder = "log-file ";

}  // namespace

std::string log_file_order(int number) { return std::string(kOrder) + std::to_string(number); }

bool obey_log_file_order(std::string_view message, int passed) noexcept {
  if (!message.starts_with(kOrder)) return false;
  int number = -1;
  std::from_chars(message.data() + kOrder.size(), message.data() + message.size(), number);
  // Only what is appended to is a log. Under that number this process may have something else, if
  // the master that it is from had no such file.
  const int flags = fcntl(number, F_GETFL);
  if (flags >= 0 && (flags & O_APPEND) != 0 && passed >= 0) dup3(passed, number, O_CLOEXEC);
  if (passed >= 0) close(passed);
  return true;
}

void write_line(int descriptor, std::string_view line) noexcept {
  while (!line.empty()) {
    const ssize_t written = ::write(descriptor, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    // A full non-blocking pipe or disk, or a closed terminal: losing a line beats stopping.
    if (written <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace ekiden::shared
