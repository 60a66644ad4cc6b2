// SPDX-License-Identifier: MIT
#pragma once

#include "shared/entry_table.hpp"
#include "shared/eviction.hpp"
#include "shared/pins.hpp"
#include "shared/robust_mutex.hpp"
#include "shared/slab.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ekiden::shared {

class Segment;

/// The first object of the segment.
struct CacheHeader {
  std::array<char, 8> magic;  ///< "ekidenmc"
  std::uint64_t layout;       ///< changes when any structure of the segment does
  RobustMutex writers;
  std::atomic<std::uint64_t> rebuilds;
};

/// An entry as it was when somebody began to make it.
struct Ticket {
  std::uint32_t entry = 0;
  std::uint64_t state = 0;
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

/// All that changes the cache: each member takes the writer lock for microseconds, and no member
/// computes or copies a value.
///
/// Thread and process safety: all members from any thread of any attached worker.
/// After a crash: whoever gets the lock next runs rebuild(), which keeps every published value.
class CacheWriter {
 public:
  /// REQUIRES: before the first fork; the others outlive it.
  CacheWriter(Segment& segment, EntryTable& entries, SlabAllocator& slabs, PinTable& pins,
              std::uint64_t (*now)());

  /// Begins, joins or declines the computation of `key`.
  Join join(const KeyHash& hash, std::string_view key);
  /// Takes an entry and an extent for store(); nothing if there is no room.
  std::optional<Ticket> begin(const KeyHash& hash, std::size_t key_bytes, std::size_t value_bytes);
  /// Takes an extent for a computation. If there is no room, false, and the ticket is settled: for
  /// a moment everybody computes this key alone.
  bool reserve(const Ticket& ticket, std::size_t key_bytes, std::size_t value_bytes);

  /// Each settles a ticket. REQUIRES: filled, for publish.
  void publish(const Ticket& ticket, std::chrono::nanoseconds timeout);
  void fail(const Ticket& ticket, std::string_view key, std::string_view text);
  /// Takes a dead leader's computation out of the index, so that another can begin. Its entry
  /// stays until the master reaps.
  void bury(const Ticket& ticket);

  bool erase(const KeyHash& hash, std::string_view key);
  void clear();
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

  std::optional<Ticket> allocate(const KeyHash& hash, EntryState state);
  bool attach_extent(std::uint32_t entry, std::size_t key_bytes, std::size_t value_bytes);
  Join lead(const KeyHash& hash);
  void abandon(std::uint32_t entry);
  void settle(std::uint32_t entry, Outcome outcome, std::uint64_t expires_ns);
  std::uint64_t expiry(std::chrono::nanoseconds timeout) const;

  CacheHeader* header_;
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
