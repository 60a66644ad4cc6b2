// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/descriptor.hpp"

namespace ekiden::test {

/// How long a test waits for something that should happen soon, on a busy machine.
inline constexpr std::chrono::seconds kServerPatience{20};

/// Any process of this machine, held by a pidfd so that its number may be reused meanwhile.
class WatchedProcess {
 public:
  explicit WatchedProcess(pid_t pid);
  /// True as soon as it is gone; false if it still runs after `patience`.
  bool gone_within(std::chrono::milliseconds patience) const;

 private:
  server::Descriptor pidfd_;
};

/// A server in processes of its own, watched through what it writes to stdout and stderr. Killed by
/// the destructor, and its children with it.
class RunningServer {
 public:
  /// Runs `body` in a fork of the test; its result is the exit code.
  explicit RunningServer(const std::function<int()>& body);
  /// Runs a program; `environment` is added to the test's own ("NAME=value").
  explicit RunningServer(std::vector<std::string> command,
                         std::vector<std::string> environment = {});
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer();

  pid_t pid() const noexcept { return pid_; }
  void send_signal(int signal) const;
  /// Waits until `text` has been written `times` times, each on a line of its own; returns the last
  /// of these lines. Throws with the whole output if that does not happen in time.
  std::string wait_for(std::string_view text, int times = 1);
  /// The pid of worker `number`, once it has become ready for the `times`-th time.
  pid_t ready_worker(int number, int times = 1);
  /// The exit code; -signal if it was killed; nothing if it still runs after kServerPatience.
  std::optional<int> wait_for_exit();
  /// All that it has written until now.
  const std::string& output();
  int count(std::string_view text);

 private:
  void start(const std::function<int()>& body);
  bool read_more(std::chrono::steady_clock::time_point deadline);

  pid_t pid_ = -1;
  server::Descriptor pipe_;
  std::string output_;
};

/// The children of `parent`, by /proc.
std::vector<pid_t> children_of(pid_t parent);
/// What `ps` shows: "ekiden: worker 1".
std::string title_of(pid_t pid);
/// What `ps -o comm` shows: "ekiden:worker 1".
std::string thread_name_of(pid_t pid);

}  // namespace ekiden::test
