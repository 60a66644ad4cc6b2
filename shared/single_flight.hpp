// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "shared/cache_writer.hpp"
#include "shared/entry_table.hpp"
#include "shared/pins.hpp"
#include "shared/wait_hooks.hpp"

namespace ekiden::shared {

/// Waiting for a value that another thread, here or in another worker, computes.
///
/// Nobody waits for the dead: the master's reap() wakes who waits for a dead worker, and a waiter
/// looks itself, at once and every 100 ms, whether the leader still runs. Nobody waits in a ring:
/// who would close one computes alone.
///
/// Thread safety: wait from any thread. After a crash: a dead waiter leaves nothing behind.
class SingleFlight {
 public:
  enum class Ended { look_again, leader_died, would_deadlock, given_up };

  SingleFlight(EntryTable& entries, PinTable& pins) : entries_(entries), pins_(pins) {}

  /// Blocks until the computation of `leader` has come to an end or can come to none, or until the
  /// wait is given up, which leaves the leader alone.
  Ended wait(const Ticket& leader, std::uint32_t wake, const WaitHooks& hooks);
  /// Whether the calling thread should stop to wait.
  static bool gives_up(const WaitHooks& hooks);
  /// True if the entry was given up because its worker died, and is not in use again.
  bool abandoned(const Ticket& ticket) const noexcept;

  /// While it lives, this thread computes `ticket`.
  class Leading {
   public:
    Leading(EntryTable& entries, const Ticket& ticket);
    ~Leading();
    Leading(const Leading&) = delete;
    Leading& operator=(const Leading&) = delete;
  };

 private:
  Ended wait_blocking(const Ticket& leader, std::uint32_t wake, const WaitHooks& hooks);
  bool leads(std::uint32_t entry) const noexcept;
  bool closes_ring(std::uint32_t entry) const noexcept;
  void announce(std::uint32_t waits_for) noexcept;
  bool leader_dead(const Ticket& leader) const;

  EntryTable& entries_;
  PinTable& pins_;
};

}  // namespace ekiden::shared
