// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>
#include <sys/wait.h>

#include <chrono>
#include <string>
#include <vector>

#include "server/descriptor.hpp"

namespace ekiden::server {

/// A child process that has not been reaped yet: its pid, and a pidfd so that a signal can never
/// reach another process that got the same number.
class Process {
 public:
  Process() noexcept = default;
  /// REQUIRES: `pid` is a child of this process and not reaped.
  explicit Process(pid_t pid) noexcept;

  pid_t pid() const noexcept { return pid_; }
  explicit operator bool() const noexcept { return pid_ > 0; }
  bool send_signal(int signal) const noexcept;
  /// Waits until it has ended, and reaps it if nobody has. False if it still runs then.
  bool wait(std::chrono::milliseconds patience) const noexcept;

 private:
  pid_t pid_ = 0;
  Descriptor pidfd_;
};

/// "killed by SIGSEGV, core dumped", "exited with code 3".
std::string describe_exit(const siginfo_t& info);
/// "SIGTERM", or "signal 77".
std::string signal_name(int signal);

/// Asks the kernel to kill this process when its parent dies; leaves at once if it is dead already.
/// REQUIRES: `parent` was, a moment ago, this process's parent, and forked from its main thread.
void die_with(pid_t parent) noexcept;

/// The value of an environment variable, "" if it is not there, which is taken out: what children
/// would make of it is not meant for them. REQUIRES: this process has no threads.
std::string take_variable(const char* name);

/// Kills whatever is still a child of this process: orphans of children that it adopted. Returns
/// how many there were; waits at most a second for them to be gone.
/// REQUIRES: this process has no children that it knows.
std::size_t kill_orphans();

/// Closes every descriptor above 2 that is not in `kept`.
void close_all_but(std::vector<int> kept) noexcept;

/// Raises the soft limit on open descriptors to the hard one. Returns the limit.
std::size_t raise_descriptor_limit() noexcept;

/// Opens /dev/null for whichever of 0, 1 and 2 is closed, or a socket would get its number and the
/// log would be written there.
void open_standard_descriptors() noexcept;

/// Gives stdout a line buffer of our own, whatever it is connected to: what an app prints appears
/// at once, and the buffer's place is known before anything is sealed.
void buffer_stdout_by_line() noexcept;
/// Before every fork and every _exit, or buffered output is doubled or lost.
void flush_stdio() noexcept;

}  // namespace ekiden::server
