// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace ekiden::shared {

/// A call of a callback, as its worker shows it to the master.
struct RunningCall {
  std::uint32_t callback = 0;  ///< its number in Traffic
  bool waits = false;          ///< for another's computation
  /// On the clock of monotonic_ns(): when it began to run; of one that is queued, when its request
  /// was complete.
  std::chrono::milliseconds began{0};
  std::chrono::milliseconds queued{0};  ///< before it began; at most CallWord::kMostQueued
};

/// One such call, or none.
///
/// It is one word, so that nobody reads half of it, wherever its writer was killed; and to show a
/// call costs one store when it begins and one when it ends. One writer, any process reads.
class CallWord {
 public:
  static constexpr std::chrono::milliseconds kMostQueued{(1 << 14) - 1};
  static constexpr std::uint32_t kMostCallbacks = (1 << 11) - 1;

  void show(const RunningCall& call) noexcept { word_.store(packed(call), kRelaxed); }
  void set_waits(bool waits) noexcept {
    const std::uint64_t word = word_.load(kRelaxed);
    if (word != 0) word_.store(waits ? word | kWaits : word & ~kWaits, kRelaxed);
  }
  void clear() noexcept { word_.store(0, kRelaxed); }
  std::optional<RunningCall> read() const noexcept;

 private:
  // From the top: `began` in 38 bits, `queued` in 14, `waits` in 1, the callback's number + 1
  // in 11.
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  static constexpr unsigned kCallbackBits = 11, kQueuedShift = kCallbackBits + 1,
                            kBeganShift = kQueuedShift + 14;
  static constexpr std::uint64_t kWaits = std::uint64_t{1} << kCallbackBits;

  static std::uint64_t packed(const RunningCall& call) noexcept;

  std::atomic<std::uint64_t> word_;
};

/// What the callback threads of one worker do, and what they will do next.
struct CallRow {
  static constexpr std::size_t kMostThreads = 1280;  ///< the most there can be, with their spares
  static constexpr std::size_t kMostQueued = 8;

  struct alignas(64) Thread {  // of one cache line each: they write all the time
    CallWord call;
  };

  std::atomic<std::uint32_t> used;  ///< of `threads`; others have no memory
  /// Of the queue, its length and its first calls, while it is too long for the free threads: as of
  /// the polling thread's last look, which it writes.
  std::atomic<std::uint32_t> queue_length;
  std::array<CallWord, kMostQueued> queue;
  std::array<Thread, kMostThreads> threads;  ///< each written by its thread

  /// `used`, whatever a worker that went mad has written there.
  std::uint32_t threads_used() const noexcept {
    return std::min(used.load(std::memory_order_relaxed), std::uint32_t{kMostThreads});
  }
};

}  // namespace ekiden::shared
