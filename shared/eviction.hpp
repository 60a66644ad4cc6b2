// SPDX-License-Identifier: MIT
#pragma once

#include "shared/entry_table.hpp"
#include "shared/pins.hpp"
#include "shared/slab.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

namespace ekiden::shared {

/// Derived state, like the lists it works on.
struct EvictionState {
  std::uint32_t hand;
  std::atomic<std::uint64_t> evictions;
};

/// Makes room: frees what is retired and no longer pinned, and decides what else must go.
///
/// CLOCK: a hit sets a bit and nothing else; the hand takes the first published entry whose bit is
/// clear, and clears the bits it passes. Entries that are pinned, or still being made, stay. Since
/// that frees bytes here and there, but a large value needs them side by side, a second way clears
/// the stretch of data with the least to lose.
///
/// Process safety: all members under the writer lock. After a crash: see CacheWriter::rebuild().
class Eviction {
 public:
  /// Lays its state out. REQUIRES: before the first fork; the others outlive it.
  Eviction(Segment& segment, EntryTable& entries, SlabAllocator& slabs, PinTable& pins,
           std::uint64_t (*now)());

  /// Where an extent of `bytes` can go, after evicting what must go for it. Nothing if it does not
  /// fit between what may not be evicted.
  std::optional<std::uint64_t> make_room(std::size_t bytes);
  /// True if at least one entry is free afterwards.
  bool make_entry();
  /// Frees the retired entries that nobody pins.
  void reclaim();
  /// Frees an entry and its extent. REQUIRES: as EntryTable::release.
  void free_entry(std::uint32_t entry);

  std::uint64_t evictions() const noexcept { return state_->evictions.load(); }

 private:
  bool evict_some(std::uint32_t count);
  void evict(std::uint32_t entry);
  bool evictable(const Entry& entry, std::uint32_t number) const;
  void clear_window(std::size_t pages, std::size_t alignment);
  std::optional<std::size_t> cheapest_window(std::size_t pages, std::size_t alignment);

  EvictionState* state_;
  EntryTable& entries_;
  SlabAllocator& slabs_;
  PinTable& pins_;
  std::uint64_t (*now_)();
  EntrySet pinned_;                  ///< as of the last reclaim
  std::vector<bool> blocked_pages_;  ///< hold something that may not be evicted
};

}  // namespace ekiden::shared
