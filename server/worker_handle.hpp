// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "server/descriptor.hpp"
#include "server/process.hpp"
#include "shared/oom_kills.hpp"
#include "shared/scoreboard.hpp"

namespace ekiden::server {

/// A worker as the master sees it; its other half is worker/main.cpp. Made when the master asks the
/// mold for it, gone when it has been reaped.
///
/// All times are monotonic_ns().
class WorkerHandle {
 public:
  WorkerHandle(std::uint32_t number, std::uint32_t slot, std::uint32_t generation,
               Descriptor channel, std::uint64_t now);

  const std::uint32_t number;      ///< as in its title, "ekiden: worker 3"
  const std::uint32_t slot;        ///< of the scoreboard and of the cache's pin rows
  const std::uint32_t generation;  ///< of the app
  const std::uint64_t born_ns;

  Descriptor channel;
  Process process;  ///< none until it said hello
  shared::WorkerState state = shared::WorkerState::booting;
  std::optional<std::string> wants_successor;  ///< why; serves until a successor is ready
  bool has_successor = false;  ///< it may be started: this one's seat counts as empty
  bool watched = true;         ///< its slot of the scoreboard is in reach

  pid_t pid() const noexcept { return process.pid(); }
  bool leaving() const noexcept { return state == shared::WorkerState::draining; }

  void said_hello(pid_t pid);
  /// Sends `signal` (TERM: drain, INT: leave at once), and KILL at `deadline`; `reason` is what the
  /// log says if it comes to that.
  void ask_to_leave(int signal, std::uint64_t deadline, std::string reason);
  /// As ask_to_leave, of one that was told already, by the image of the master before this one.
  void was_asked_to_leave(std::uint64_t deadline, std::string reason);
  /// KILLs it if its deadline to leave has passed. Returns the time to look again.
  std::uint64_t enforce_deadline(std::uint64_t now);
  /// ABRTs a worker whose heartbeat is older than `timeout` and KILLs it a second later. Returns
  /// the time to look again.
  std::uint64_t check_heartbeat(std::uint64_t heartbeat_ns, std::chrono::nanoseconds timeout,
                                std::uint64_t now);

  /// Why it died, truthfully: says when the master killed it, and which signal others sent.
  std::string cause_of_death(const siginfo_t& info, shared::OomWatch& oom) const;
  /// True if it left because, and in the way that, it was asked to.
  bool left_as_asked(const siginfo_t& info) const;

 private:
  std::uint64_t leave_by_ns_ = UINT64_MAX;
  int leave_signal_ = 0;
  std::string leave_reason_;
  std::string kill_reason_;  ///< set just before the master ABRTs or KILLs it
  std::uint64_t aborted_ns_ = 0;
  bool killed_ = false;
};

}  // namespace ekiden::server
