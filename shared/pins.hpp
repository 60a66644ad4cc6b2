// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "shared/process_identity.hpp"
#include "shared/scoreboard.hpp"

namespace ekiden::shared {

class Segment;

/// The pin slots of one worker: a line of slots for each of the first threads, which it fills
/// without an atomic exchange; then slots for whoever comes first; the last are kept for the moment
/// that it takes to copy a value out.
inline constexpr std::uint32_t kPinSlots = 256;
inline constexpr std::uint32_t kSlotsPerLine = 8;
inline constexpr std::uint32_t kOwnLines = 15;
inline constexpr std::uint32_t kFirstCommonSlot = kOwnLines * kSlotsPerLine;
inline constexpr std::uint32_t kFirstReservedSlot = kPinSlots - 8;
inline constexpr std::uint32_t kCounterStripes = kOwnLines + 1;  ///< the last for further threads

/// What one thread of a worker has counted since the start.
struct CounterStripe {
  std::atomic<std::uint64_t> hits, misses, computations, waits, take_overs, uncached, stale,
      refreshes;
};
static_assert(sizeof(CounterStripe) == 64);

/// One worker in the segment: who it is and what it reads. Written by that worker; cleared by the
/// master once it is dead.
struct WorkerRow {
  std::atomic<pid_t> pid;
  std::atomic<std::uint32_t> live;  ///< attached and not reaped
  std::atomic<std::uint64_t> start_ticks;
  std::atomic<std::uint32_t> used_pins;  ///< only the pins below it were ever set
  std::array<std::uint32_t, 27> unused;
  std::array<std::atomic<std::uint64_t>, kPinSlots> pins;  ///< index words
  std::array<CounterStripe, kCounterStripes> counters;

  ProcessIdentity identity() const noexcept { return {pid.load(), start_ticks.load()}; }
};
static_assert(sizeof(WorkerRow) == 128 + 8 * kPinSlots + 64 * kCounterStripes);

/// One bit per entry; private to the process.
using EntrySet = std::vector<std::uint64_t>;
inline bool contains(const EntrySet& set, std::uint32_t entry) {
  return (set[entry / 64] >> (entry % 64) & 1U) != 0;
}
inline void insert(EntrySet& set, std::uint32_t entry) { set[entry / 64] |= 1ULL << (entry % 64); }

/// Pins: a reader's announcement of the entry it reads, which keeps that entry from being freed.
///
/// The problem: a reader takes no lock, so a writer may free an entry between the reader's look
/// at the index and its reading. So the reader (1) loads the index word, (2) stores it in a pin
/// slot of its worker's row, (3) loads the index word again, and uses the entry if nothing has
/// changed. A writer (1) clears the index word, (2) looks through all pins, (3) frees. All four
/// accesses are sequentially consistent, so one of the two sees the other.
///
/// Of each slot this process counts the views that share it, in private memory, so that many
/// views of one value by a thread take one slot. Of a line's slots only its thread takes one, or
/// adds a view; but any thread may drop a view.
///
/// Thread safety: acquire and release from any thread, also a pin that another thread acquired.
/// Fork: the child is detached, whatever the parent was; pins inherited from the parent are void.
/// After a crash: the row stays as it is until clear_row().
class PinTable {
 public:
  static constexpr std::uint32_t kStale = ~0U;      ///< the index word has changed: look again
  static constexpr std::uint32_t kExhausted = ~1U;  ///< no slot is vacant
  enum class Use { hold, copy_out };

  /// Lays the rows out. REQUIRES: before the first fork.
  explicit PinTable(Segment& segment);
  ~PinTable();
  PinTable(const PinTable&) = delete;
  PinTable& operator=(const PinTable&) = delete;
  static std::size_t bytes() { return sizeof(WorkerRow) * kMaxWorkers + 4096; }

  /// Makes this process the owner of row `slot`.
  /// Throws std::logic_error if the row belongs to another process that was not reaped.
  void attach(std::uint32_t slot);
  bool attached() const noexcept { return local_->row != nullptr; }
  std::uint32_t slot() const noexcept { return local_->slot; }

  /// Pins the entry that `word` names if it still holds `expected`; the slot, kStale or kExhausted.
  /// REQUIRES: attached.
  std::uint32_t acquire(const std::atomic<std::uint64_t>& word, std::uint64_t expected,
                        Use use = Use::hold) noexcept;
  void release(std::uint32_t pin_slot) noexcept;
  /// Changes with each attach: a pin taken under another epoch is not of this process.
  std::uint32_t epoch() const noexcept { return local_->row == nullptr ? 0 : epoch_; }

  /// The entries that anybody pins. REQUIRES: `set` has room for all entries.
  void collect(EntrySet& set) const noexcept;
  /// REQUIRES: waitpid() has proved the worker dead.
  void clear_row(std::uint32_t slot) noexcept;

  WorkerRow& row(std::uint32_t slot) const noexcept { return rows_[slot]; }
  bool live(std::uint32_t slot) const noexcept { return rows_[slot].live.load() != 0; }
  /// Counts one more `what` of this thread. REQUIRES: attached.
  void count(std::atomic<std::uint64_t> CounterStripe::*what) const noexcept;

 private:
  /// This process's side of its row. The kernel zeroes the page in a forked child.
  struct Local {
    WorkerRow* row;
    std::uint32_t slot;
    std::array<std::atomic<std::uint64_t>, kPinSlots> views;  ///< or kClaimed
  };
  static constexpr std::uint64_t kClaimed = ~0ULL;

  bool share(std::uint32_t pin_slot, std::uint64_t expected) noexcept;
  std::uint32_t claim(Use use) noexcept;
  bool claim_common(std::uint32_t pin_slot) noexcept;
  void raise_used(std::uint32_t pin_slot) noexcept;

  WorkerRow* rows_;
  std::atomic<std::uint32_t>* rows_used_;
  Local* local_;
  std::uint32_t epoch_ = 0;
};

}  // namespace ekiden::shared
