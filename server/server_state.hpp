// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "shared/memo_cache.hpp"
#include "shared/scoreboard.hpp"
#include "shared/traffic.hpp"

namespace ekiden::server {

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
};

}  // namespace ekiden::server
