// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

namespace ekiden::shared {

/// Keeps callers away from a service that does not answer, and lets one probe at a time find out
/// whether it does again.
///
///     closed --failures--> open --pause--> half open --probe--> closed, or open for twice as long
///
/// It starts open with a probe due. Time is passed in, in nanoseconds. Thread safety: all members.
class CircuitBreaker {
 public:
  enum class State { closed, open, half_open };
  struct Options {
    unsigned failures = 2;  ///< in a row, until it opens
    std::chrono::nanoseconds first_pause{std::chrono::milliseconds(100)};
    std::chrono::nanoseconds longest_pause{std::chrono::seconds(5)};
  };

  explicit CircuitBreaker(const Options& options)
      : options_(options), pause_(options.first_pause) {}

  State state() const;
  bool closed() const { return state() == State::closed; }
  void succeeded();
  /// True if this failure has opened it.
  bool failed(std::uint64_t now);
  /// Opens it at once; true if it was closed.
  bool open(std::uint64_t now);

  /// True for one caller when it is open and the pause is over. It calls one of the next two.
  bool try_probe(std::uint64_t now);
  void probe_succeeded();
  void probe_failed(std::uint64_t now);
  std::chrono::nanoseconds until_probe(std::uint64_t now) const;

 private:
  const Options options_;
  mutable std::mutex mutex_;
  State state_ = State::open;
  unsigned failures_ = 0;
  std::uint64_t probe_at_ = 0;
  std::chrono::nanoseconds pause_;
};

const char* name(CircuitBreaker::State state);

}  // namespace ekiden::shared
