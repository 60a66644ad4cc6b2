// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "shared/entry_table.hpp"
#include "shared/pins.hpp"
#include "shared/slab.hpp"

namespace ekiden::shared {

/// Derived state, like the lists it works on. Heads and ends only grow.
struct EvictionState {
  struct Ring {
    std::uint64_t head, end;
  };
  Ring small, main;
  float price;           ///< log2 of microseconds per byte, averaged over the latest
  std::uint32_t priced;  ///< how many of them count, up to 64
  std::atomic<std::uint64_t> evictions;
};

/// Makes room: frees what is retired and no longer pinned, and decides what else must go.
///
/// S3-FIFO (Yang and others, SOSP 2023): a new value enters a small queue, a tenth of the bytes.
/// What was used there more than once moves on to the main queue, the rest leaves and is remembered
/// as a ghost, by its hash; what comes back as a ghost enters the main queue. There, each use, of
/// up to three, is another round. A hit only counts a use: it moves nothing and takes no lock. What
/// is dear to compute for its size begins with uses to its credit, four times as dear as the
/// average with one, and so on. What is no longer current goes first of all, whatever its uses.
///
/// Entries that are pinned, or still being made, stay. Since all that frees bytes here and there,
/// but a large value needs them side by side, a second way clears the stretch of data with the
/// least that must stay, and of these the one with the least to lose.
///
/// Process safety: all members under the writer lock. After a crash: see CacheWriter::rebuild().
class Eviction {
 public:
  /// Lays its state out. REQUIRES: before the first fork; the others outlive it.
  Eviction(Segment& segment, EntryTable& entries, SlabAllocator& slabs, PinTable& pins,
           std::uint64_t (*now)());
  static std::size_t bytes_for(std::uint32_t entries);

  /// Takes a published entry into account.
  void admit(std::uint32_t entry);
  /// Forgets all; then every published entry is to be admitted again.
  void reset();

  /// Where an extent of `bytes` can go, after evicting what must go for it. Nothing if it does not
  /// fit between what may not be evicted. If it is_large, it does as soon as what stays in the
  /// stretch chosen for it is no longer pinned, or made: to try again soon is worth while.
  std::optional<std::uint64_t> make_room(std::size_t bytes);
  static bool is_large(std::size_t bytes) noexcept { return bytes > 4 * kSlabBytes; }
  /// True if at least one entry is free afterwards.
  bool make_entry();
  /// Frees the retired entries that nobody pins.
  void reclaim();
  /// Frees an entry and its extent. REQUIRES: as EntryTable::release.
  void free_entry(std::uint32_t entry);

  std::uint64_t evictions() const noexcept { return state_->evictions.load(); }

 private:
  using Ring = EvictionState::Ring;

  bool evict_some(std::uint32_t count);
  /// Takes the next live entry off a queue.
  std::optional<std::uint32_t> pop(Ring& ring, std::uint64_t* tokens, Queue queue);
  void push(Ring& ring, std::uint64_t* tokens, Queue queue, std::uint32_t entry);
  bool live(std::uint64_t token, Queue queue) const;
  void move_to_main(std::uint32_t entry);
  bool from_small();
  std::uint32_t credit(const Entry& entry);
  void evict(std::uint32_t entry);
  bool evictable(const Entry& entry, std::uint32_t number) const;
  struct Window {
    std::size_t first = 0;
    std::size_t blocked = 0;  ///< pages that hold what stays
    std::size_t taken = 0;
  };
  void clear_window(std::size_t pages, std::size_t alignment, bool even_if_blocked);
  std::optional<Window> cheapest_window(std::size_t pages, std::size_t alignment) const;

  EvictionState* state_;
  std::uint64_t ring_mask_;
  std::uint64_t* small_tokens_;
  std::uint64_t* main_tokens_;
  std::uint32_t* ghosts_;  ///< the hash of the latest that left, by slot
  EntryTable& entries_;
  SlabAllocator& slabs_;
  PinTable& pins_;
  std::uint64_t (*now_)();
  EntrySet pinned_;                  ///< as of the last reclaim
  std::vector<bool> blocked_pages_;  ///< hold something that may not be evicted
};

}  // namespace ekiden::shared
