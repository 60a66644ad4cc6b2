// SPDX-License-Identifier: MIT
#include "server/backoff.hpp"

#include <algorithm>

namespace ekiden::server {

std::uint64_t Backoff::after_death(std::uint64_t lived_ns, std::uint64_t random) noexcept {
  if (lived_ns >= kGoodLife) deaths_ = 0;
  ++deaths_;
  if (deaths_ == 1) return 0;
  const std::uint32_t doublings = std::min(deaths_ - 2, 16U);
  const std::uint64_t delay = std::min(kFirst << doublings, kMost);
  return delay - delay / 4 + random % (delay / 2);
}

}  // namespace ekiden::server
