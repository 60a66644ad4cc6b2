// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

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
};

/// Carries out a request, in the master; never throws for what is in it.
std::string answer_control_request(std::string_view line, const ControlTarget& target);

}  // namespace ekiden::server
