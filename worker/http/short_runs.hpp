// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace ekiden::worker {

/// What a thread has used so far. One system call.
struct ThreadUse {
  std::chrono::nanoseconds processor{0};
  std::uint64_t waits = 0;  ///< how often it gave the processor up by itself

  static ThreadUse now() noexcept;
};

/// Which callbacks have proved so short that the way to a callback thread and back would cost more
/// than they do.
///
/// A callback proves itself by a number of runs in a row below the limit. One that then takes
/// longer may have been interrupted by the kernel: its next runs are watched, and if it is the
/// callback that takes time or waits, it must prove itself again, by eight times as many runs.
///
/// Thread safety: the polling thread's. Time is passed in.
class ShortRuns {
 public:
  /// 0: no callback is short.
  explicit ShortRuns(std::chrono::microseconds limit) : limit_(limit) {}

  /// Callbacks are known by where their ids lie, which is the same as long as the worker lives.
  bool have_proved(std::string_view callback) const;
  /// Whether `use` is to be measured around the next run, too.
  bool is_watched(std::string_view callback) const;

  /// On a callback thread.
  void ran_elsewhere(std::string_view callback, std::chrono::nanoseconds took);
  /// On the polling thread. `use` is what the run has used, if it was watched.
  void ran_here(std::string_view callback, std::chrono::nanoseconds took,
                const ThreadUse& use = {});
  /// It has waited on the polling thread, or taken so long that another thread had to poll.
  void held_up(std::string_view callback);

  std::chrono::nanoseconds limit() const noexcept { return limit_; }

 private:
  struct Record {
    std::uint32_t needed = kFirstProof;
    std::uint32_t in_a_row = 0;
    std::uint32_t watched = 0;  ///< so many runs to come
  };
  static constexpr std::uint32_t kFirstProof = 16;
  static constexpr std::uint32_t kMoreProof = 8;
  static constexpr std::uint32_t kMostProof = 1U << 20;
  static constexpr std::uint32_t kWatched = 16;

  Record* find(std::string_view callback);
  const Record* find(std::string_view callback) const;
  static void start_again(Record& record) noexcept;

  const std::chrono::nanoseconds limit_;
  std::unordered_map<const char*, Record> records_;
};

}  // namespace ekiden::worker
