// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>

#include "shared/generations.hpp"
#include "shared/key_hash.hpp"

namespace ekiden::shared {

class Segment;

/// What an entry is. `writing` and `computing` belong to the worker named in the state word: only
/// it, or the master once waitpid() has proved it dead, may move the entry on.
///
///   free -> writing -> published -> retired -> free       store()
///   free -> computing -> published -> retired -> free     get_or_compute()
///           computing -> retired                          failed, displaced, or its worker died
enum class EntryState : std::uint8_t { free, writing, computing, published, retired };

/// What an entry came to; meaningful once it is published or retired.
enum class Outcome : std::uint32_t {
  none,       ///< nothing to read
  value,      ///< the bytes of a value
  failure,    ///< the text of an exception, kept for a moment for those who waited
  declined,   ///< too large for the cache; for a moment everybody computes it alone
  abandoned,  ///< its worker died while computing
};

/// The state word: one atomic store moves an entry from state to state.
struct StateWord {
  EntryState state = EntryState::free;
  std::uint32_t owner = 0;    ///< worker slot; of writing and computing entries
  std::uint64_t version = 0;  ///< 40 bits; counts the entry's lives

  std::uint64_t pack() const noexcept {
    return static_cast<std::uint64_t>(state) << 56U | static_cast<std::uint64_t>(owner) << 40U |
           (version & 0xff'ffff'ffffU);
  }
  static StateWord unpack(std::uint64_t word) noexcept {
    return {static_cast<EntryState>(word >> 56U), static_cast<std::uint32_t>(word >> 40U & 0xffffU),
            word & 0xff'ffff'ffffU};
  }
};

/// When a value ends; 0: never.
struct Lifetime {
  std::uint64_t stored_ns = 0, stale_ns = 0, expires_ns = 0;
};

inline constexpr std::uint64_t kNoExtent = std::numeric_limits<std::uint64_t>::max();

/// Which of eviction's queues an entry is in.
enum class Queue : std::uint32_t { none, small, main };

/// One cached value. All fields are written under the writer lock, except `uses` and `refresh_ns`,
/// and `waits_for` by the entry's own worker; readers hold a pin. Atomics, because a reader may
/// look at an entry that is being made before it learns from the state word that it must not.
///
/// The extent holds the value, then the key: a value starts where the extent does, at a multiple
/// of 64 bytes.
struct Entry {
  std::atomic<std::uint64_t> state;
  std::atomic<std::uint64_t> hash_low, hash_high;
  std::atomic<std::uint64_t> offset;  ///< of the extent in the data; stored after the two sizes
  std::atomic<std::uint64_t> value_bytes;
  std::atomic<std::uint64_t> key_bytes;
  std::atomic<std::uint64_t> expires_ns;  ///< 0: never
  std::atomic<Outcome> outcome;
  std::atomic<std::uint32_t> uses;        ///< 0 to kMostUses, since eviction last looked
  std::atomic<std::uint32_t> wake;        ///< futex word; changes when waiters should look again
  std::atomic<std::uint32_t> waits_for;   ///< entry + 1 that the computing thread itself waits for
  std::atomic<std::uint64_t> stale_ns;    ///< from then on somebody should refresh it; 0: never
  std::atomic<std::uint64_t> refresh_ns;  ///< until then somebody does
  std::atomic<std::uint64_t> stored_ns;
  std::atomic<std::uint64_t> generation;  ///< Generations::sum when its computation began
  std::array<std::atomic<std::uint64_t>, 2> packed_names;
  std::atomic<std::uint32_t> cost_us;  ///< what computing it took
  std::atomic<Queue> queue;

  std::uint64_t extent_bytes() const noexcept {
    return value_bytes.load(std::memory_order_relaxed) + key_bytes.load(std::memory_order_relaxed);
  }
  KeyHash hash() const noexcept {
    return {hash_low.load(std::memory_order_relaxed), hash_high.load(std::memory_order_relaxed)};
  }
  StateWord state_word(std::memory_order order = std::memory_order_acquire) const noexcept {
    return StateWord::unpack(state.load(order));
  }
  bool expired(std::uint64_t (*now)()) const noexcept {
    const std::uint64_t at = expires_ns.load(std::memory_order_relaxed);
    return at != 0 && at <= now();
  }
  Names names() const noexcept {
    using Words = std::array<std::uint64_t, 2>;
    return std::bit_cast<Names>(Words{packed_names[0].load(std::memory_order_relaxed),
                                      packed_names[1].load(std::memory_order_relaxed)});
  }
  void set_names(const Names& names) noexcept {
    const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(names);
    packed_names[0].store(words[0], std::memory_order_relaxed);
    packed_names[1].store(words[1], std::memory_order_relaxed);
  }
};
static_assert(sizeof(Entry) == 128);

inline constexpr std::uint32_t kMostUses = 3;

/// An index word: 16 bits of the hash, 16 of the entry's version, entry + 1. Zero: vacant.
struct IndexWord {
  static std::uint64_t pack(const KeyHash& hash, std::uint64_t version,
                            std::uint32_t entry) noexcept {
    return tag(hash) << 48U | (version & 0xffffU) << 32U | (entry + 1U);
  }
  static std::uint64_t tag(const KeyHash& hash) noexcept { return hash.high >> 48U; }
  static std::uint64_t tag(std::uint64_t word) noexcept { return word >> 48U; }
  static std::uint64_t version(std::uint64_t word) noexcept { return word >> 32U & 0xffffU; }
  static std::uint32_t entry(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word) - 1U;
  }
};

inline constexpr std::uint32_t kWays = 8;

/// A cache line of index words. A key may stand in its bucket or in that bucket's neighbour.
struct Bucket {
  std::array<std::atomic<std::uint64_t>, kWays> words;
};
static_assert(sizeof(Bucket) == 64);

/// Adds to a counter that only the holder of the writer lock changes, but anybody reads.
inline void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}
inline void subtract(std::atomic<std::uint64_t>& counter, std::uint64_t amount) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) - amount, std::memory_order_relaxed);
}

/// Derived state: lost with a worker that dies while it holds the lock, and rebuilt.
struct EntryLists {
  std::uint32_t free_count, limbo_count;
  std::atomic<std::uint64_t> published, payload_bytes;
  std::uint64_t small_bytes;  ///< of the published entries in eviction's small queue
};

/// The entries and the index that leads to them: with the state words, the truth of the cache.
///
/// Process safety: find, bucket and reading entries from anywhere; all else under the writer lock.
/// After a crash: every member leaves, after each single store, something that
/// CacheWriter::rebuild() can tell apart and complete.
class EntryTable {
 public:
  /// Lays the table out. REQUIRES: before the first fork; `generations` outlives it.
  EntryTable(Segment& segment, const Generations& generations, std::uint32_t entries);
  static std::size_t bytes_for(std::uint32_t entries);

  std::uint32_t size() const noexcept { return size_; }
  /// False if the value has expired, or one of its names was voided since its computation began.
  bool current(const Entry& entry, std::uint64_t (*now)()) const noexcept {
    if (entry.expired(now)) return false;
    if (entry.packed_names[0].load(std::memory_order_relaxed) == 0) return true;
    return generations_.sum(entry.names()) == entry.generation.load(std::memory_order_relaxed);
  }
  Entry& operator[](std::uint32_t entry) const noexcept { return entries_[entry]; }

  std::uint32_t bucket_count() const noexcept { return bucket_mask_ + 1; }
  Bucket& bucket(std::uint32_t number) const noexcept { return buckets_[number]; }
  /// The first bucket of a key; the second is its number ^ 1.
  std::uint32_t home(const KeyHash& hash) const noexcept {
    return static_cast<std::uint32_t>(hash.low) & bucket_mask_;
  }

  /// The index word that names an entry of this hash, or null.
  std::atomic<std::uint64_t>* find(const KeyHash& hash) const noexcept;
  bool linked(std::uint32_t entry) const noexcept;
  /// Makes the index name `entry`, in place of an older one of its hash, if need be in place of a
  /// published one of its buckets. False if both buckets are full of computations.
  bool link(std::uint32_t entry) noexcept;
  /// Clears an index word, then retires what it named, or wakes who waits for it.
  void unlink(std::atomic<std::uint64_t>& word) noexcept;

  /// Takes a free entry into `state` for worker `owner`; nothing if none is free.
  std::optional<std::uint32_t> allocate(const KeyHash& hash, const Names& names, EntryState state,
                                        std::uint32_t owner);
  /// The store that makes an entry readable. Does not touch the index.
  void publish(std::uint32_t entry, Outcome outcome, const Lifetime& lifetime) noexcept;
  /// REQUIRES: not in the index (any more).
  void retire(std::uint32_t entry) noexcept;
  void wake(std::uint32_t entry) noexcept;
  /// REQUIRES: retired, or its worker dead; not pinned.
  void release(std::uint32_t entry) noexcept;

  EntryLists& lists() const noexcept { return *lists_; }
  std::uint32_t* free_list() const noexcept { return free_; }
  std::uint32_t* limbo() const noexcept { return limbo_; }

 private:
  void displace(std::uint64_t word) noexcept;
  std::atomic<std::uint64_t>* vacancy(const KeyHash& hash) const noexcept;
  std::atomic<std::uint64_t>* victim(const KeyHash& hash) const noexcept;

  const Generations& generations_;
  std::uint32_t size_;
  std::uint32_t bucket_mask_;
  Entry* entries_;
  Bucket* buckets_;
  EntryLists* lists_;
  std::uint32_t* free_;   ///< a stack
  std::uint32_t* limbo_;  ///< retired entries, perhaps still pinned
};

}  // namespace ekiden::shared
