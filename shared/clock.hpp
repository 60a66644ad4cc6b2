// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <ctime>

namespace ekiden::shared {

/// Nanoseconds of CLOCK_MONOTONIC, the same for all processes of one boot.
inline std::uint64_t monotonic_ns(clockid_t clock = CLOCK_MONOTONIC) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

/// As monotonic_ns, to the kernel's tick (1–4 ms), at a quarter of the price: for expiry checks.
inline std::uint64_t coarse_ns() noexcept { return monotonic_ns(CLOCK_MONOTONIC_COARSE); }

}  // namespace ekiden::shared
