// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ekiden::server {

/// How long to wait before something that died is started again: not at all after the first death,
/// then 0.1 s, doubling up to 30 s, each with a quarter of jitter so that a crashing fleet does not
/// march in step. A life of 60 s clears the record.
class Backoff {
 public:
  static constexpr std::uint64_t kFirst = 100'000'000;
  static constexpr std::uint64_t kMost = 30'000'000'000;
  static constexpr std::uint64_t kGoodLife = 60'000'000'000;

  /// Nanoseconds to wait after a death at the age of `lived_ns`. `random` is any random number.
  std::uint64_t after_death(std::uint64_t lived_ns, std::uint64_t random) noexcept;
  std::uint32_t deaths() const noexcept { return deaths_; }

 private:
  std::uint32_t deaths_ = 0;  ///< since the last good life
};

}  // namespace ekiden::server
