// SPDX-License-Identifier: MIT
#include "shared/process_identity.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

namespace ekiden::shared {
namespace {

struct Stat {
  char state;
  long threads;
  std::uint64_t start_ticks;
};

/// Fields 3, 20 and 22 of /proc/PID/stat. No allocation and no stdio: called by waiting threads.
std::optional<Stat> read_stat(pid_t pid) {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", static_cast<int>(pid));
  const int fd = open(path.data(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::array<char, 1024> text{};
  const ssize_t size = read(fd, text.data(), text.size() - 1);
  close(fd);
  if (size <= 0) return std::nullopt;
  // The program's name, field 2, may hold anything; it ends at the last parenthesis.
  const char* after_name = std::strrchr(text.data(), ')');
  if (after_name == nullptr) return std::nullopt;
  Stat stat{};
  unsigned long long start = 0;
  const int fields = std::sscanf(after_name + 1,
                                 " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
                                 "%*d %ld %*d %llu",
                                 &stat.state, &stat.threads, &start);
  if (fields != 3) return std::nullopt;
  stat.start_ticks = start;
  return stat;
}

}  // namespace

ProcessIdentity this_process() {
  const auto stat = read_stat(getpid());
  return {getpid(), stat ? stat->start_ticks : 0};
}

bool certainly_dead(const ProcessIdentity& process) {
  if (process.pid <= 0) return false;
  if (kill(process.pid, 0) != 0 && errno == ESRCH) return true;
  const auto stat = read_stat(process.pid);
  if (!stat) return false;
  if (process.start_ticks != 0 && stat->start_ticks != process.start_ticks) return true;
  // A process whose first thread has left by pthread_exit is a zombie too, with more threads.
  return (stat->state == 'Z' || stat->state == 'X') && stat->threads <= 1;
}

}  // namespace ekiden::shared
