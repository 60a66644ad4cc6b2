// SPDX-License-Identifier: MIT
#include "worker/app/freed_memory.hpp"

#include <malloc.h>

#include <chrono>
#include <cstddef>

namespace ekiden::worker {
namespace {

/// Less is not worth the search for it.
constexpr std::size_t kLeastGivenBack = 8U << 20;
constexpr std::chrono::nanoseconds kQuiet = std::chrono::seconds(1);

}  // namespace

void FreedMemory::tick(std::uint64_t requests, bool busy, std::uint64_t now_ns) noexcept {
  if (busy || requests != requests_) {
    requests_ = requests;
    quiet_from_ns_ = now_ns;
    kept_ = true;
    return;
  }
  if (!kept_ || now_ns - quiet_from_ns_ < static_cast<std::uint64_t>(kQuiet.count())) return;
  kept_ = false;
  if (::mallinfo2().fordblks >= kLeastGivenBack) ::malloc_trim(0);
}

}  // namespace ekiden::worker
