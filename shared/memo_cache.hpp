// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/clock.hpp"
#include "shared/function_statistics.hpp"
#include "shared/generations.hpp"
#include "shared/wait_hooks.hpp"

namespace ekiden::shared {

class CacheWriter;
class Outbox;
class PinTable;

/// An entry as it was when somebody began to make it.
struct Ticket {
  std::uint32_t entry = 0;
  std::uint64_t state = 0;
  std::uint32_t erasures = 0;  ///< of CacheWriter::begin(): of keys like this one until then
  std::uint64_t replaces = 0;  ///< the index word of the key's value at that time, 0 if none
};

/// A value found in the cache. While it lives, the bytes stay where they are, whatever is evicted
/// or replaced meanwhile. They start at a multiple of 64 bytes, in memory that is mapped read-only:
/// a write to them faults.
///
/// Movable, not copyable; may be released on another thread of the process than the one that got
/// it. REQUIRES: released before the cache is destroyed; not used in a child forked meanwhile.
class Pin {
 public:
  Pin() noexcept = default;
  Pin(Pin&& other) noexcept
      : bytes_(std::exchange(other.bytes_, {})),
        pins_(std::exchange(other.pins_, nullptr)),
        slot_(other.slot_),
        epoch_(other.epoch_),
        refresh_(other.refresh_),
        private_copy_(std::exchange(other.private_copy_, nullptr)) {}
  Pin& operator=(Pin&& other) noexcept;
  ~Pin() {
    if (pins_ != nullptr || private_copy_ != nullptr) release();
  }
  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  /// True for one caller when the value has become stale: it is to call MemoCache::refresh soon.
  bool wants_refresh() const noexcept { return refresh_; }

 private:
  friend class MemoCache;
  void release() noexcept;

  std::span<const std::byte> bytes_;
  PinTable* pins_ = nullptr;  ///< holds slot_, if not null
  std::uint32_t slot_ = 0;
  std::uint32_t epoch_ = 0;
  bool refresh_ = false;
  std::byte* private_copy_ = nullptr;  ///< of a value that is not in the segment
};

/// Room in the segment that may become the result of a computation; if it does not, it is free
/// again once this is gone. Its bytes stay where they are while this lives, whatever becomes of the
/// computation or of the value. May be destroyed on another thread of the process; as Pin
/// otherwise.
class Draft {
 public:
  Draft(Draft&& other) noexcept;
  Draft& operator=(Draft&&) = delete;
  ~Draft();
  /// To be filled. Starts at a multiple of 64 bytes and holds anything.
  std::span<std::byte> place() const noexcept { return place_; }
  /// The same bytes, where nobody can write.
  std::span<const std::byte> bytes() const noexcept { return pin_.bytes(); }

 private:
  friend class MemoCache;
  Draft() = default;

  std::span<std::byte> place_;
  Pin pin_;
  CacheWriter* writer_ = nullptr;  ///< frees it; null once it is the result, or gone
  Ticket ticket_;
};

/// Where a computation puts its result. `reserve` is called once with the exact size and gives the
/// place to fill: in the segment itself if it fits there, else in private memory. The place starts
/// at a multiple of 64 bytes, holds anything, and is the computation's until it returns. A
/// computation that never calls `reserve` has an empty result.
class ValueWriter {
 public:
  /// Throws std::logic_error if called twice; std::bad_alloc.
  virtual std::span<std::byte> reserve(std::size_t bytes) = 0;
  /// Room for what may become the result, in advance, and as often as wanted. Nothing if there is
  /// none, or if `may_evict` is false and others would have to go for it.
  virtual std::optional<Draft> draft(std::size_t bytes, bool may_evict);
  /// Makes the draft the result, without a copy; in place of `reserve`.
  virtual void accept(Draft& draft);
  /// Takes the place of StoreOptions::timeout: for results that have part of their life behind
  /// them. 0: not to be kept, so that for a moment all callers compute, each for itself.
  virtual void expire_in(std::chrono::nanoseconds timeout) = 0;

 protected:
  ~ValueWriter() = default;
};

/// The computation that this caller waited for failed in another callback; carries its text.
class ComputationFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What tells a value from all others that a cache has, had and will have.
struct ValueIdentity {
  std::uint32_t entry = 0;
  std::uint64_t life = 0;  ///< how often the entry had been taken into use by then

  friend bool operator==(const ValueIdentity&, const ValueIdentity&) = default;
};

struct StoreOptions {
  std::chrono::nanoseconds timeout{0};  ///< 0: never expires
  /// After `timeout` the old value is still given out for so long, while one caller refreshes it.
  std::chrono::nanoseconds stale_while_revalidate{0};
  /// Above 0: somebody refreshes a value before it expires, the sooner the longer it took to
  /// compute (Vattani and others, VLDB 2015: their beta). 1 is a good value.
  double early_recompute = 0;
  /// What the value belongs to: see MemoCache::names and invalidate.
  Names names{};
  /// Whose statistics count it: see MemoCache::function.
  std::uint32_t function = 0;
};

/// A value as `MemoCache::list` shows it.
struct EntryInfo {
  std::string key;
  std::uint64_t value_bytes;
  std::chrono::nanoseconds age;
  std::optional<std::chrono::nanoseconds> expires_in;  ///< nullopt: never
  std::chrono::microseconds cost;                      ///< what computing it took
  std::string head;                                    ///< the first bytes of the value
};

/// Totals since the start, over all workers, dead ones included; then what is there now.
struct CacheCounters {
  std::uint64_t hits;          ///< values found, also after a wait
  std::uint64_t misses;        ///< look-ups that found none
  std::uint64_t computations;  ///< calls of `compute`
  std::uint64_t waits;         ///< for another's computation
  std::uint64_t take_overs;    ///< computations begun because the worker waited for died
  std::uint64_t evictions;     ///< entries that made room for others
  std::uint64_t rebuilds;      ///< repairs after a worker died holding the writer lock
  std::uint64_t uncached;      ///< results that could not be kept
  std::uint64_t stale;         ///< hits on values that somebody refreshes
  std::uint64_t refreshes;     ///< computations of values that were there still
  std::uint64_t entries, payload_bytes, data_bytes;
};

/// The cache of serialised results that every worker of one server sees.
///
/// Values live in one shared segment. A hit takes no lock and copies nothing, so that 100 MB cost
/// what 64 bytes cost. Writers share one lock, held for microseconds, never while a value is
/// computed or copied. Published values do not change; storing again puts a new one in their place.
/// See shared/README.md for the rules.
///
/// Thread and process safety: all members may be called from any thread of any attached worker;
/// set_wait_hooks before there are other threads.
///
/// Fork: the master constructs it; workers inherit and use that instance. A child must attach its
/// own slot before it uses the cache; until then all that needs a pin throws std::logic_error.
///
/// After a crash: a worker may be killed at any instruction. Published values stay. What it was
/// computing is taken over by one who waits for it. What it pinned stays until reap().
class MemoCache {
 public:
  struct Limits {
    /// For keys and values, in 64 KiB steps, at least 1 MiB. Bookkeeping comes on top: about 5 %.
    std::size_t data_bytes = 128U << 20;
    /// Most values at once, at least 64; 0: one per 4 KiB of data, but 4096 to 131072.
    std::uint32_t entries = 0;
    /// False: the memory for values is reserved by reserve(), not by the constructor.
    bool reserve_at_once = true;
    /// The time that timeouts are measured by, in nanoseconds, the same in all processes.
    std::uint64_t (*now)() = [] { return coarse_ns(); };
  };

  /// Makes the segment and reserves its memory. The master constructs it before the first fork.
  /// Throws std::runtime_error, naming what is there, if memory is lacking.
  explicit MemoCache(const Limits& limits);
  /// The cache of the image of this process before this one, with all that is in it. `descriptor`
  /// is taken over. Throws std::runtime_error if it has other limits or another layout.
  MemoCache(const Limits& limits, int descriptor);
  ~MemoCache();
  /// Reserves what Limits::reserve_at_once has left, so that the time it takes may be spent while
  /// another process does something else. Throws as the constructor.
  /// REQUIRES: called by the process that constructed the cache, before another one attaches.
  void reserve();
  MemoCache(const MemoCache&) = delete;
  MemoCache& operator=(const MemoCache&) = delete;

  /// Makes this process the owner of `slot`'s pins. Called by a worker after fork.
  /// Throws std::logic_error if the slot is another process's that was not reaped.
  void attach(std::uint32_t slot);
  /// Of the segment, for the next image of the master; see the constructor.
  int descriptor() const noexcept;
  /// Master only, and only after waitpid() has proved the worker of `slot` dead: frees what it
  /// held, lets a follower take over what it was computing. Returns false if the writer lock could
  /// not be had in a few milliseconds: call again, before the slot is given to a new worker.
  bool reap(std::uint32_t slot);

  /// The value stored under `key`, if there is one that is current.
  std::optional<Pin> find(std::string_view key);
  /// False if it could not fit even after evicting all that may be evicted.
  bool store(std::string_view key, std::span<const std::byte> value,
             const StoreOptions& options = {});
  enum class StoredIf { stored, differs, no_room };
  /// As store, but only if the current value is `expected`, or there is none for nullopt. All that
  /// counts or locks is made of this.
  StoredIf store_if(std::string_view key, std::optional<std::span<const std::byte>> expected,
                    std::span<const std::byte> value, const StoreOptions& options = {});
  /// Gives the current value of `key` another lifetime from now on. False if there is none.
  bool touch(std::string_view key, std::chrono::nanoseconds timeout);
  /// True if there was a value. Also voids a computation of `key` that is under way: its result
  /// goes to its caller only.
  bool erase(std::string_view key);
  /// As erase, of every key stored before the call.
  void clear();

  /// The slots of a function and of up to seven tags, for StoreOptions::names.
  Names names(std::string_view function, std::span<const std::string> tags) const;
  /// As erase, of all values with that function or tag: in one step, whatever their number.
  void invalidate(std::string_view name);
  /// The number under which a function's statistics are kept.
  std::uint32_t function(std::string_view name);

  /// find(key), or else compute. Of all callers in all workers that miss at once, one computes and
  /// the others wait; if its worker dies one of them takes over. A result that does not fit is
  /// returned all the same, from private memory.
  ///
  /// What `compute` throws reaches its caller; those who waited, and for about a second those who
  /// ask, get ComputationFailed with its text. `compute` may use the cache; a computation that
  /// would wait for itself is done a second time instead. Throws WaitGivenUp.
  Pin get_or_compute(std::string_view key, const StoreOptions& options,
                     const std::function<void(ValueWriter&)>& compute);
  /// Computes, whatever there is, and puts the result in its place, unless `key` was erased
  /// meanwhile. If `compute` throws, what there is stays, and the exception reaches the caller.
  Pin refresh(std::string_view key, const StoreOptions& options,
              const std::function<void(ValueWriter&)>& compute);

  /// Of the value that `pin` holds; nullopt if that is not in this cache's segment, but a copy.
  std::optional<ValueIdentity> identity(const Pin& pin) const noexcept;

  /// A word that changes when somebody calls `notify` for `key`, or for one of many other keys.
  std::uint32_t watch(std::string_view key) const;
  void notify(std::string_view key);
  /// Sleeps until the word of `key` is no longer `seen`, at most `patience`; may return early.
  /// Throws WaitGivenUp.
  void wait(std::string_view key, std::uint32_t seen, std::chrono::milliseconds patience);

  /// What other machines must be told, for the tier that reaches them.
  Outbox& outbox() noexcept;

  /// Called at every wait, so that the worker can let another callback run meanwhile, and can call
  /// the waiting one back.
  void set_wait_hooks(WaitHooks hooks);

  CacheCounters counters() const;
  std::vector<FunctionTotals> statistics() const;
  /// The current values whose key begins with `prefix`, at most `count`, with the first `head`
  /// bytes of each. Needs no attach().
  std::vector<EntryInfo> list(std::string_view prefix, std::size_t count, std::size_t head = 0);
  /// Where views of values lie. A write there faults.
  std::span<const std::byte> readable_bytes() const noexcept;
  /// What is wrong with the structures in the segment, or empty. For tests; stops all writers.
  std::string check_invariants();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ekiden::shared
