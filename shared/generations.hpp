// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shared/key_hash.hpp"

namespace ekiden::shared {

class Segment;

/// The names of a value: the function that computed it, then its tags, as slots of Generations.
/// 0 fills up the end.
using Names = std::array<std::uint16_t, 8>;

/// A number per name that only grows. A value counts only as long as the sum of its names' numbers
/// is what it was when its computation began; so to void all values of a function or tag, also
/// those that are being computed, is one addition.
///
/// Names share a slot if their hashes do, one pair in 16384: then to void one voids the other too,
/// which costs a computation and is never wrong.
///
/// Thread and process safety: all members. After a crash: nothing to repair.
class Generations {
 public:
  static constexpr std::size_t kSlots = 16384;

  /// Lays the table out. REQUIRES: before the first fork.
  Generations(Segment& segment, const HashSeed& seed);
  static std::size_t bytes() { return kSlots * sizeof(std::uint64_t) + 4096; }

  /// 1 to kSlots.
  std::uint16_t slot(std::string_view name) const noexcept {
    return static_cast<std::uint16_t>(hash_key(name, seed_).low % kSlots + 1);
  }
  std::uint64_t sum(const Names& names) const noexcept {
    std::uint64_t total = 0;
    for (const std::uint16_t slot : names) {
      if (slot == 0) break;
      total += numbers_[slot - 1].load(std::memory_order_acquire);
    }
    return total;
  }
  void advance(std::string_view name) noexcept {
    numbers_[slot(name) - 1].fetch_add(1, std::memory_order_acq_rel);
  }

 private:
  HashSeed seed_;
  std::atomic<std::uint64_t>* numbers_;
};

}  // namespace ekiden::shared
