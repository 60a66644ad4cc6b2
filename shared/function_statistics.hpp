// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/scoreboard.hpp"

namespace ekiden::shared {

class Segment;

/// What happened to one function's values in one worker.
struct FunctionCounters {
  std::atomic<std::uint64_t> hits, misses, computations, waits, stale, failures, compute_us, bytes;
};
static_assert(sizeof(FunctionCounters) == 64);

/// The same as totals over all workers, dead ones included.
struct FunctionTotals {
  std::string name;
  std::uint64_t hits = 0, misses = 0, computations = 0, waits = 0, stale = 0, failures = 0;
  std::uint64_t compute_us = 0;  ///< all computations together
  std::uint64_t bytes = 0;       ///< of all results together
};

/// Counters for each memoized function; they survive reloads, since names find their old slot.
///
/// Thread and process safety: all members, except find_or_add, which needs the writer lock.
/// After a crash: a name that was being added is added anew; counts may lack the last event.
class FunctionStatistics {
 public:
  static constexpr std::uint32_t kFunctions = 64;  ///< the first is for all beyond the others

  /// Lays the tables out. REQUIRES: before the first fork.
  explicit FunctionStatistics(Segment& segment);
  static std::size_t bytes() {
    return kMaxWorkers * kFunctions * sizeof(FunctionCounters) + kFunctions * sizeof(Name) + 8192;
  }

  /// The number of the function. REQUIRES: the writer lock.
  std::uint32_t find_or_add(std::string_view name) noexcept;
  FunctionCounters& of(std::uint32_t worker, std::uint32_t function) noexcept {
    return counters_[worker * kFunctions + function];
  }
  std::vector<FunctionTotals> totals() const;

 private:
  /// Longer names are cut: they then share their counters.
  struct Name {
    std::atomic<std::uint32_t> length;  ///< 0: vacant
    std::array<char, 60> text;
  };

  FunctionCounters* counters_;
  Name* names_;
};

}  // namespace ekiden::shared
