// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ekiden::worker {

/// Gives the memory that large requests have freed back to the kernel, once no more are asked. The
/// C library by itself looks at the ends of its heaps only, and not at what lies free between
/// blocks.
///
/// Thread safety: the polling thread's; the memory is that of all threads.
class FreedMemory {
 public:
  /// Called a few times a second. `requests`: how many the worker has taken on so far; `busy`: some
  /// are being worked on.
  void tick(std::uint64_t requests, bool busy, std::uint64_t now_ns) noexcept;

 private:
  std::uint64_t requests_ = 0;
  std::uint64_t quiet_from_ns_ = 0;
  bool kept_ = false;
};

}  // namespace ekiden::worker
