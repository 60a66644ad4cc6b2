// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "shared/scoreboard.hpp"
#include "shared/shared_pages.hpp"

namespace ekiden::shared {

/// Upper bounds of a histogram's buckets, in seconds; what exceeds all of them has one more.
inline constexpr std::array<double, 13> kDurationBounds{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

/// Durations by size. One thread writes, any process reads.
struct DurationCounts {
  std::array<std::atomic<std::uint64_t>, kDurationBounds.size() + 1> buckets;
  std::atomic<std::uint64_t> sum_us;

  void add(std::chrono::nanoseconds duration) noexcept;
};

/// What one callback did in the workers of one slot.
struct CallbackCounts {
  DurationCounts waited;  ///< for a thread
  DurationCounts ran;
  std::atomic<std::uint64_t> failures;   ///< answered with 500 and above
  std::atomic<std::uint64_t> bytes_in;   ///< of requests' bodies
  std::atomic<std::uint64_t> bytes_out;  ///< of answers' bodies
};

/// The sums over all slots.
struct DurationTotals {
  std::array<std::uint64_t, kDurationBounds.size() + 1> buckets{};
  std::uint64_t sum_us = 0;

  std::uint64_t count() const noexcept;
  double mean_s() const noexcept;  ///< 0 if there are none
  /// A bound in seconds that this share of the durations, 0.99 for instance, does not exceed; none
  /// if it is beyond all bounds.
  std::optional<double> bound_of(double share) const noexcept;
  void add(const DurationCounts& counts) noexcept;
  DurationTotals& operator+=(const DurationTotals& other) noexcept;
};
struct CallbackTotals {
  DurationTotals waited, ran;
  std::uint64_t failures = 0, bytes_in = 0, bytes_out = 0;

  CallbackTotals& operator+=(const CallbackTotals& other) noexcept;
};
struct TrafficTotals {
  std::array<std::uint64_t, 6> responses{};  ///< by the status' first digit; 0: none of 1 to 5
  std::uint64_t bytes_out = 0;
  std::uint64_t passed = 0;                         ///< connections, to siblings
  std::map<std::string, CallbackTotals> callbacks;  ///< by id; those that were called
};

/// What the workers of a server have answered since its start. Workers that died and generations
/// that were replaced count on: no number ever falls.
///
/// Each slot of the scoreboard has counters of its own, which only the polling thread of the worker
/// in that slot writes. Names of callbacks are shared by all; whoever needs one adds it.
///
/// Thread and process safety: as said; all other members from anywhere. After a crash: a name that
/// was being added is lost, and added anew; counts may lack the last event.
class Traffic {
 public:
  static constexpr std::uint32_t kMostCallbacks = 1024;  ///< the first is for all beyond the others

  /// The master constructs it before the first fork. `descriptor`: that of the image of this
  /// process before this one, whose counts go on; taken over.
  /// Throws std::system_error; std::runtime_error if it has another layout.
  explicit Traffic(int descriptor = -1);
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;
  int descriptor() const noexcept { return pages_.descriptor(); }

  /// The number of a callback, by its id. Of ids that begin with the same 119 bytes it is one.
  std::uint32_t callback(std::string_view id) noexcept;
  /// To be called before anything is counted in the slot.
  void begin(std::uint32_t slot) noexcept;
  void count_response(std::uint32_t slot, int status, std::size_t bytes) noexcept;
  CallbackCounts& counts(std::uint32_t slot, std::uint32_t callback) noexcept;
  /// A connection has gone to a sibling.
  void count_passed(std::uint32_t slot) noexcept;
  /// The id of a callback by its number.
  std::string name(std::uint32_t callback) const;
  TrafficTotals totals() const;

 private:
  CallbackTotals totals_of(std::uint32_t callback) const;

  struct Name;
  struct Directory;
  struct Worker;

  SharedPages pages_;
  Directory* directory_;
  Worker* workers_;
};

/// Adds to a counter that only this thread writes.
inline void count_on(std::atomic<std::uint64_t>& counter, std::uint64_t amount = 1) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace ekiden::shared
