// SPDX-License-Identifier: MIT
#include "server/process.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <set>

namespace ekiden::server {
namespace {

int open_pidfd(pid_t pid) noexcept { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

void close_between(int first, int last) noexcept {
  if (first > last) return;
  if (syscall(SYS_close_range, static_cast<unsigned>(first), static_cast<unsigned>(last), 0) == 0) {
    return;
  }
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int most = std::min(last, static_cast<int>(limit.rlim_cur));
  for (int fd = first; fd <= most; ++fd) close(fd);
}

}  // namespace

Process::Process(pid_t pid) noexcept : pid_(pid), pidfd_(open_pidfd(pid)) {}

bool Process::send_signal(int signal) const noexcept {
  if (pidfd_) return syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0) == 0;
  // Out of descriptors. The number is still ours: nobody but us reaps it.
  return pid_ > 0 && kill(pid_, signal) == 0;
}

bool Process::wait(std::chrono::milliseconds patience) const noexcept {
  pollfd ended{pidfd_.get(), POLLIN, 0};
  if (!pidfd_ || poll(&ended, 1, static_cast<int>(patience.count())) != 1) return false;
  siginfo_t info{};
  waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG);
  return true;
}

std::string take_variable(const char* name) {
  const char* value = getenv(name);
  std::string text = value == nullptr ? "" : value;
  unsetenv(name);
  return text;
}

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

std::string describe_exit(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return fmt::format("exited with code {}", info.si_status);
  return fmt::format("killed by {}{}", signal_name(info.si_status),
                     info.si_code == CLD_DUMPED ? ", core dumped" : "");
}

void die_with(pid_t parent) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
}

std::size_t kill_orphans() {
  std::set<pid_t> killed;
  const timespec pause{0, 1'000'000};
  for (int turn = 0; turn < 1000; ++turn) {
    std::ifstream children("/proc/thread-self/children");
    for (pid_t pid = 0; children >> pid;) {
      kill(pid, SIGKILL);
      killed.insert(pid);
    }
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0) break;  // no child is left
    // Their own children, if any, have become ours by now.
    if (info.si_pid == 0) nanosleep(&pause, nullptr);
  }
  return killed.size();
}

void close_all_but(std::vector<int> kept) noexcept {
  std::sort(kept.begin(), kept.end());
  int next = 3;
  for (const int fd : kept) {
    close_between(next, fd - 1);
    next = std::max(next, fd + 1);
  }
  close_between(next, ~0U >> 1);
}

std::size_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur < limit.rlim_max) {
    const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

void open_standard_descriptors() noexcept {
  int fd = 0;
  while (fd >= 0 && fd <= 2) fd = open("/dev/null", O_RDWR);
  if (fd > 2) close(fd);
}

void buffer_stdout_by_line() noexcept {
  static std::array<char, 8192> buffer;
  std::setvbuf(stdout, buffer.data(), _IOLBF, buffer.size());
}

void flush_stdio() noexcept {
  std::cout.flush();
  std::clog.flush();
  std::fflush(nullptr);
}

}  // namespace ekiden::server
