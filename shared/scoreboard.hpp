// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shared/running_call.hpp"
#include "shared/shared_pages.hpp"

namespace ekiden::shared {

/// Most workers that can exist at once, old and new generations together.
inline constexpr std::uint32_t kMaxWorkers = 256;

enum class WorkerState : std::uint8_t { vacant, booting, ready, draining, dead };
std::string_view name(WorkerState state) noexcept;

/// The low bits of a word of WorkerSlot::offers; the word is 0 if there is no offer.
enum class OfferState : std::uint8_t { open = 1, taken = 2, declined = 3 };

/// What one worker tells the others. Each field has a single writer: the worker in its slot, except
/// that the master writes `state` vacant, booting and dead. Atomics only: the writer may be killed
/// between any two stores.
struct alignas(128) WorkerSlot {
  std::atomic<pid_t> pid;
  std::atomic<std::uint32_t> generation;
  std::atomic<WorkerState> state;
  std::atomic<std::uint32_t> threads;       ///< callback threads
  std::atomic<std::uint32_t> busy;          ///< callbacks running or queued
  std::atomic<std::uint32_t> connections;   ///< open client connections
  std::atomic<std::uint64_t> heartbeat_ns;  ///< monotonic_ns() of the polling thread's last turn
  std::atomic<std::uint64_t> accepted, requests, callbacks;  ///< totals of this worker
  std::atomic<std::uint64_t> passed;                         ///< connections to siblings, in all
  std::atomic<std::uint32_t> address;  ///< where siblings pass connections to; 0: nowhere
  /// Connections on their way to a sibling, each the number of an offer and its OfferState. The
  /// sibling decides about an open one by compare-and-exchange, and so does this worker if the
  /// sibling does not: hence a single exception to the single writer.
  std::atomic<std::uint64_t> offers[8];
  std::atomic<char> last_words[256];  ///< why it aborted, for the master to log
};

/// The workers as they see each other: an array of slots in shared memory. What their callback
/// threads do is beside it, for the master to show.
///
/// Thread and process safety: all members from anywhere. After a crash: the slot keeps what the
/// dead worker wrote until the master clears it.
class Scoreboard {
 public:
  /// Changes when a slot does, or what workers say to each other by its means: a worker of one
  /// version must not pass connections to one that reads them otherwise.
  static constexpr std::uint32_t kLayout = 1;

  /// The master constructs it before the first fork. `descriptor`: that of the image of this
  /// process before this one, whose workers are in it; taken over.
  /// Throws std::system_error; std::runtime_error if it has another layout.
  explicit Scoreboard(int descriptor = -1);
  Scoreboard(const Scoreboard&) = delete;
  Scoreboard& operator=(const Scoreboard&) = delete;
  int descriptor() const noexcept { return pages_.descriptor(); }

  WorkerSlot& operator[](std::uint32_t slot) noexcept { return slots_[slot]; }
  const WorkerSlot& operator[](std::uint32_t slot) const noexcept { return slots_[slot]; }

  CallRow& calls(std::uint32_t slot) noexcept { return calls_[slot]; }
  const CallRow& calls(std::uint32_t slot) const noexcept { return calls_[slot]; }

  /// True if another ready worker has fewer callbacks than threads.
  bool sibling_has_free_thread(std::uint32_t self) const noexcept;
  /// The generation that serves, as the master says; 0: none yet.
  std::atomic<std::uint32_t>& serving() noexcept { return head_->serving; }
  /// Prepares `slot` for a new worker: all counters zero, no calls, state booting.
  void reset(std::uint32_t slot, std::uint32_t generation) noexcept;

 private:
  struct Head {
    std::atomic<std::uint32_t> serving, layout;
  };

  SharedPages pages_;
  WorkerSlot* slots_;
  Head* head_;
  CallRow* calls_;
};

}  // namespace ekiden::shared
