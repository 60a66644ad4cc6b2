// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ekiden::shared {
struct WorkerSettings;
}

namespace ekiden::worker {

/// After so much wear a worker asks for a successor: --max-requests, --max-worker-memory.
///
/// Thread safety: the polling thread. Fork: made after it, as each worker draws a jitter.
class Wear {
 public:
  explicit Wear(const shared::WorkerSettings& settings);

  /// The worker takes its `count`-th request on.
  void count_request(std::uint64_t count) {
    if (count >= max_requests_) report_requests(count);
  }
  /// Looks at the memory if it is time to; called a few times a second.
  void tick(std::uint64_t now_ns);

 private:
  static void report_requests(std::uint64_t count);

  const std::uint64_t max_requests_;
  const std::uint64_t max_memory_;  ///< bytes; 0: any
  std::uint64_t next_look_ns_ = 0;
};

}  // namespace ekiden::worker
