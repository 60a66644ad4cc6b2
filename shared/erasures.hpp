// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "shared/key_hash.hpp"

namespace ekiden::shared {

/// The erasures of the keys of one group, so that a value whose making began before its key was
/// erased is not published after it. The last ones are known by a tag of their key; of longer ago,
/// any key of the group may have been erased.
///
/// Lives in the segment, zero at first. Thread and process safety: under the writers' lock. A crash
/// in the middle of add() is none of its key: that is unlinked afterwards.
struct Erasures {
  static constexpr std::uint32_t kRemembered = 4;  // a power of two, as count wraps around

  std::atomic<std::uint32_t> count;
  std::array<std::atomic<std::uint32_t>, kRemembered> last;

  static std::uint32_t tag(const KeyHash& hash) noexcept {
    return static_cast<std::uint32_t>(hash.high);
  }
  void add(const KeyHash& hash) noexcept {
    const std::uint32_t number = count.load(std::memory_order_relaxed);
    count.store(number + 1, std::memory_order_relaxed);
    last[number % kRemembered].store(tag(hash), std::memory_order_relaxed);
  }
  /// Of all keys.
  void add_all() noexcept {
    count.store(count.load(std::memory_order_relaxed) + kRemembered + 1, std::memory_order_relaxed);
  }
  /// May the key have been erased since `count` was `before`?
  bool may_include(const KeyHash& hash, std::uint32_t before) const noexcept {
    const std::uint32_t now = count.load(std::memory_order_relaxed);
    if (now - before > kRemembered) return true;
    for (std::uint32_t number = before; number != now; ++number) {
      if (last[number % kRemembered].load(std::memory_order_relaxed) == tag(hash)) return true;
    }
    return false;
  }
};

/// Groups of a segment.
inline constexpr std::size_t kErasures = 4096;

}  // namespace ekiden::shared
