// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/memo_cache.hpp"
#include "shared/scoreboard.hpp"
#include "shared/traffic.hpp"

namespace ekiden::server {

/// Workers of a generation; a reload holds two generations at once.
inline constexpr std::uint32_t kMostWorkers = shared::kMaxWorkers / 2;

/// A reload that was asked for.
struct ReloadTicket {
  std::uint32_t number = 0;      ///< 1 for the first; the next one has the next
  std::uint32_t generation = 0;  ///< that it is to bring in
};

/// How a reload ended.
struct ReloadOutcome {
  std::uint32_t number = 0;      ///< of the reload
  std::uint32_t generation = 0;  ///< the one on trial, which serves unless there is an error
  std::string error;             ///< in the words of the loader; empty if there is none
  std::chrono::nanoseconds took{0};
  std::uint64_t ended_ns = 0;  ///< monotonic_ns()
};

/// A worker as the master keeps it; the rest is in its slot of the scoreboard.
struct WorkerStanding {
  std::uint32_t number = 0, slot = 0;
  pid_t pid = 0;  ///< 0: not forked yet
  std::uint32_t generation = 0;
  shared::WorkerState state = shared::WorkerState::vacant;
  std::chrono::nanoseconds age{0};
};

/// What the master has counted of its own work.
struct SupervisionCounts {
  std::uint64_t deaths = 0;  ///< of workers that nobody had asked to leave
  std::uint64_t reloads = 0, failed_reloads = 0;
};

/// What there is to say about a running server, for metrics and the status page.
struct ServerState {
  std::string app;
  std::chrono::nanoseconds uptime{0};
  std::uint32_t generation = 0;
  std::uint32_t wanted_workers = 0;
  SupervisionCounts supervision;
  const shared::Scoreboard& scoreboard;
  shared::CacheCounters cache;
  shared::TrafficTotals traffic;
  const shared::Traffic& names;  ///< of callbacks
  bool stopping = false;
  std::uint32_t loading = 0;  ///< the generation on trial; 0: none
  std::optional<ReloadOutcome> last_reload;
  std::vector<WorkerStanding> workers;
};

/// A call of a callback in a worker.
struct CallStanding {
  std::optional<std::uint32_t> thread;  ///< none: it is queued
  std::string callback;
  std::string_view state;           ///< running, waiting for another's computation, or queued
  std::chrono::nanoseconds age{0};  ///< since it began, or its request was complete if it is queued
  std::chrono::nanoseconds queued{0};  ///< what it has waited for a thread
};

/// The calls in the worker of that slot: all that have begun, then the first that are queued.
std::vector<CallStanding> calls_of(const ServerState& state, std::uint32_t slot);

}  // namespace ekiden::server
