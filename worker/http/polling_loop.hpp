// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include "shared/heritage.hpp"
#include "shared/scoreboard.hpp"

namespace ekiden::worker {

class CallbackPool;
class Service;

/// The polling thread's loop with all that it serves: accept thread, callback threads, sessions,
/// signals, the channel to the master, the tick.
///
/// Thread safety: construct and run on the same thread; the members are that thread's. Fork:
/// construct after it. Signals: SIGTERM drains, SIGINT and SIGQUIT stop at once; they must be
/// blocked before it is constructed, as its threads inherit the mask.
class PollingLoop {
 public:
  /// Starts the callback threads. REQUIRES: all arguments outlive the loop.
  PollingLoop(const shared::Heritage& heritage, shared::Scoreboard& scoreboard, Service& service);
  PollingLoop(const PollingLoop&) = delete;
  PollingLoop& operator=(const PollingLoop&) = delete;
  ~PollingLoop();

  CallbackPool& pool() noexcept;

  /// Serves until drained or stopped; returns the exit code. Callbacks may still run when it
  /// returns, so the loop must not be destroyed before the process has ended or they have.
  int run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ekiden::worker
