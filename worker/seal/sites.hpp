// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ekiden::worker {

/// How often each place in the app's code has been refused a write, counted over all workers of a
/// generation, so that the log has a report once for each and not once per worker.
///
/// Thread and process safety: add() from any thread of any worker. Fork: made in the mold, in
/// shared memory; the code's addresses are the same in all of its workers. After a crash: atomics
/// only.
class ViolationSites {
 public:
  /// Throws std::system_error if there is no memory.
  ViolationSites();
  ViolationSites(const ViolationSites&) = delete;
  ViolationSites& operator=(const ViolationSites&) = delete;

  /// Counts one at the place that `key`, which is not 0, stands for, and returns the new number.
  /// When the table is full, further places are always new.
  std::uint64_t add(std::uint64_t key) noexcept;

 private:
  struct Site;
  Site* const sites_;  ///< for as long as the process lives
};

/// True for 1, 10, 100 and so on: what is worth a line.
bool is_power_of_ten(std::uint64_t number) noexcept;

}  // namespace ekiden::worker
