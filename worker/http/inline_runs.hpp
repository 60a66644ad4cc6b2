// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "shared/scoreboard.hpp"
#include "worker/http/short_runs.hpp"

namespace ekiden::worker {

class PollingRole;
class Session;

/// Runs callbacks that have proved short on the thread that polls, between two of its handlers.
///
/// A callback thread must be free, so that no more callbacks run at once than the setting allows;
/// there must be a deputy, see PollingRole; and what has run since the other ready connections had
/// their turn must be within a budget. Whatever may not run here goes to the callback threads.
///
/// Thread safety: the polling thread's.
class InlineRuns {
 public:
  /// REQUIRES: role and slot outlive it.
  InlineRuns(std::chrono::microseconds limit, std::uint32_t threads, PollingRole& role,
             const shared::WorkerSlot& slot);

  bool admits(std::string_view callback) const { return short_runs_.have_proved(callback); }
  /// Its callback has been admitted.
  void add(std::shared_ptr<Session> session) { due_.push_back(std::move(session)); }
  /// Runs what has been added. False if another thread has begun to poll meanwhile; what is left is
  /// that thread's to run.
  bool run();
  /// The others have had their turn.
  void new_turn() noexcept { spent_ = {}; }
  /// The session's callback has been reported by a callback thread, or one that counts as such.
  void ran_elsewhere(const Session& session);

 private:
  bool may_run() const noexcept;
  bool run_one(const std::shared_ptr<Session>& session);

  PollingRole& role_;
  const shared::WorkerSlot& slot_;
  const std::uint32_t threads_;
  ShortRuns short_runs_;
  std::vector<std::shared_ptr<Session>> due_;
  std::size_t next_ = 0;  // of due_
  std::chrono::nanoseconds spent_{0};
};

}  // namespace ekiden::worker
