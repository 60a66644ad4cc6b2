// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/entry_table.hpp"
#include "shared/erasures.hpp"
#include "shared/eviction.hpp"
#include "shared/function_statistics.hpp"
#include "shared/memo_cache.hpp"
#include "shared/pins.hpp"
#include "shared/robust_mutex.hpp"
#include "shared/slab.hpp"

namespace ekiden::shared {

class Segment;

/// The first object of the segment.
struct CacheHeader {
  RobustMutex writers;
  std::atomic<std::uint64_t> rebuilds;
};

/// What a caller that found nothing is to do next.
struct Join {
  enum class Role {
    look_again,  ///< a value has appeared
    lead,        ///< compute; `ticket` is the caller's own, pinned in `pin_slot`
    follow,      ///< wait for `ticket` until its futex word leaves `wake`
    alone,       ///< compute without the cache
  };
  Role role = Role::alone;
  Ticket ticket{};
  std::uint32_t wake = 0;
  std::uint32_t pin_slot = 0;
};

/// All that changes the cache: each member takes the writer lock for microseconds, or some
/// milliseconds to clear room for a large value, and no member computes or copies a value.
///
/// Thread and process safety: all members from any thread of any attached worker.
/// After a crash: whoever gets the lock next runs rebuild(), which keeps every published value.
class CacheWriter {
 public:
  /// REQUIRES: before the first fork; the others outlive it.
  CacheWriter(Segment& segment, EntryTable& entries, SlabAllocator& slabs, PinTable& pins,
              std::uint64_t (*now)());
  static std::size_t bytes() { return kErasures * sizeof(Erasures) + 4096; }

  /// Begins, joins or declines the computation of `key`.
  Join join(const KeyHash& hash, std::string_view key, const Names& names);
  /// Takes an entry for store(); nothing if there is none.
  std::optional<Ticket> begin(const KeyHash& hash, const Names& names);
  /// Takes an entry for another value of what `ticket` is for: what is erased or invalidated since
  /// that was taken counts for it, too.
  std::optional<Ticket> begin_draft(const Ticket& ticket);
  /// Takes an extent for it. If there is no room, false, and the ticket is settled.
  bool extend(const Ticket& ticket, std::size_t key_bytes, std::size_t value_bytes);
  /// As extend, but only if there is room without anything having to go for it.
  bool extend_if_vacant(const Ticket& ticket, std::size_t key_bytes, std::size_t value_bytes);
  /// Takes an extent for a computation. If there is no room, false, and the ticket is settled: for
  /// a moment everybody computes this key alone.
  bool reserve(const Ticket& ticket, std::size_t key_bytes, std::size_t value_bytes);

  /// Each of the following settles a ticket. REQUIRES: filled, for the first two.
  /// False if the index has no room for what begin() took.
  bool publish(const Ticket& ticket, const Lifetime& lifetime, std::uint32_t cost_us = 0);
  /// As publish, of what begin() took: not if the key was erased since, and then false.
  bool publish_unless_erased(const Ticket& ticket, const Lifetime& lifetime, std::uint32_t cost_us);
  /// As publish, of what begin() took, as the result of the computation `ticket`.
  void publish_instead(const Ticket& ticket, const Ticket& made, const Lifetime& lifetime,
                       std::uint32_t cost_us);
  enum class PublishedIf { published, differs, no_room };
  /// Publishes if the current value of `key` is `expected`, or there is none for nullopt.
  PublishedIf publish_if(const Ticket& ticket, std::string_view key,
                         std::optional<std::span<const std::byte>> expected,
                         const Lifetime& lifetime);
  /// Gives up what begin() took.
  void drop(const Ticket& ticket);
  /// As drop, of what is pinned: it stays until it no longer is.
  void drop_later(const Ticket& ticket);
  void fail(const Ticket& ticket, std::string_view key, std::string_view text);
  /// For a moment everybody computes this key alone.
  void decline(const Ticket& ticket);
  /// Takes a dead leader's computation out of the index, so that another can begin. Its entry
  /// stays until the master reaps.
  void bury(const Ticket& ticket);

  bool erase(const KeyHash& hash, std::string_view key);
  bool touch(const KeyHash& hash, std::string_view key, const Lifetime& lifetime);
  void clear();
  std::uint32_t add_function(FunctionStatistics& statistics, std::string_view name);
  std::vector<EntryInfo> list(std::string_view prefix, std::size_t count, std::size_t head);
  /// A lifetime that begins now; 0: it never ends.
  Lifetime lifetime(std::chrono::nanoseconds timeout, std::chrono::nanoseconds stale) const;
  bool reap(std::uint32_t slot);

  std::uint64_t rebuilds() const noexcept { return header_->rebuilds.load(); }
  std::uint64_t evictions() const noexcept { return eviction_.evictions(); }
  std::string check_invariants();

  /// Where a value of `ticket` is filled in. The key's bytes follow the value's.
  std::byte* place(const Ticket& ticket) const noexcept;
  /// True if the entry's extent ends in `key`.
  bool holds(const Entry& entry, std::string_view key) const noexcept;

 private:
  /// Makes all derived state anew from the state words and the index.
  void rebuild();
  void rebuild_index();
  void rebuild_entry(std::uint32_t number);
  std::string check_index();
  std::string check_entries();
  std::string check_extents();
  std::string check_lists();

  std::optional<Ticket> allocate(const KeyHash& hash, const Names& names, EntryState state);
  bool attach_extent(std::uint32_t entry, std::size_t key_bytes, std::size_t value_bytes,
                     bool may_evict = true);
  /// As attach_extent, without the lock: for a large value waits a moment for what is in its way.
  bool await_extent(std::uint32_t entry, std::size_t key_bytes, std::size_t value_bytes);
  Join lead(const KeyHash& hash, const Names& names);
  void abandon(std::uint32_t entry);
  void settle(std::uint32_t entry, Outcome outcome, const Lifetime& lifetime);
  bool make_current(std::uint32_t entry, const Lifetime& lifetime, bool erased = false);
  bool was_erased(const Ticket& ticket) const;
  Erasures& erasures_of(const KeyHash& hash) const noexcept {
    return erasures_[hash.low % kErasures];
  }
  /// The entry of the current value of `key`, or null.
  Entry* current(const KeyHash& hash, std::string_view key) const;
  std::optional<EntryInfo> describe(const Entry& entry, std::string_view prefix,
                                    std::size_t head) const;

  CacheHeader* header_;
  Erasures* erasures_;
  EntryTable& entries_;
  SlabAllocator& slabs_;
  PinTable& pins_;
  Eviction eviction_;
  std::byte* data_;
  const std::byte* readable_;  ///< the same through the read-only mapping, where views are
  std::size_t data_bytes_;
  std::uint64_t (*now_)();
  RepairingMutex mutex_;
  EntrySet linked_, pinned_;  ///< scratch of rebuild, which must not allocate
};

}  // namespace ekiden::shared
