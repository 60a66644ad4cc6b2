// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "server/server_commands.hpp"
#include "shared/memo_cache.hpp"

namespace ekiden::server {

/// What the control socket speaks: a request is one line of JSON,
///
///     {"version": 1, "command": "cache.list", "limit": 100}
///
/// and so is its answer, {"version": 1, "result": {…}} or {"version": 1, "error": "…"}.
inline constexpr std::int64_t kControlVersion = 1;
/// Most values of one list: what the master does for it takes milliseconds.
inline constexpr std::int64_t kMostListed = 10'000;

/// What commands work on.
struct ControlTarget {
  shared::MemoCache& cache;
  /// Gives an order for the tiers behind the cache to a worker; see shared/cache_order.hpp. False
  /// if none takes it. Empty if there are no tiers.
  std::function<bool(std::string_view order)> order_tiers = {};
  ServerControl* server = nullptr;
};

struct ControlAnswer {
  std::string line;
  /// If not 0, the client waits until the reload of this number, or a later one, is over, and gets
  /// reload_answer() instead.
  std::uint32_t after_reload = 0;
};

/// Carries out a request, in the master; never throws for what is in it.
ControlAnswer answer_control_request(std::string_view line, const ControlTarget& target);
/// For those who waited; `serving` is the generation that does.
std::string reload_answer(const ReloadOutcome& outcome, std::uint32_t serving);
/// For those who waited in vain.
std::string stopping_answer();

}  // namespace ekiden::server
