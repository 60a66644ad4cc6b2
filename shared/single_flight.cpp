// SPDX-License-Identifier: MIT
#include "shared/single_flight.hpp"

#include <chrono>
#include <vector>

#include "shared/futex.hpp"
#include "shared/process_identity.hpp"

namespace ekiden::shared {
namespace {

constexpr std::chrono::milliseconds kLookEvery{100};
constexpr int kLongestRing = 64;

struct Led {
  const EntryTable* entries;
  Ticket ticket;
};

/// What this thread is computing, outermost first.
thread_local std::vector<Led> led;

}  // namespace

SingleFlight::Leading::Leading(EntryTable& entries, const Ticket& ticket) {
  led.push_back({&entries, ticket});
}

SingleFlight::Leading::~Leading() { led.pop_back(); }

bool SingleFlight::leads(std::uint32_t entry) const noexcept {
  for (const Led& own : led) {
    if (own.entries == &entries_ && own.ticket.entry == entry &&
        entries_[entry].state.load() == own.ticket.state) {
      return true;
    }
  }
  return false;
}

/// Sequentially consistent stores here and loads in closes_ring: of two threads that close a ring
/// at once, one sees it.
void SingleFlight::announce(std::uint32_t waits_for) noexcept {
  for (const Led& own : led) {
    if (own.entries == &entries_) entries_[own.ticket.entry].waits_for.store(waits_for);
  }
}

bool SingleFlight::closes_ring(std::uint32_t entry) const noexcept {
  for (int step = 0; step < kLongestRing; ++step) {
    if (leads(entry)) return true;
    const std::uint32_t next = entries_[entry].waits_for.load();
    if (next == 0) return false;
    entry = next - 1;
  }
  return true;
}

bool SingleFlight::leader_dead(const Ticket& leader) const {
  const std::uint32_t owner = StateWord::unpack(leader.state).owner;
  return owner != pins_.slot() && certainly_dead(pins_.row(owner).identity());
}

bool SingleFlight::abandoned(const Ticket& ticket) const noexcept {
  const Entry& entry = entries_[ticket.entry];
  return entry.outcome.load() == Outcome::abandoned &&
         entry.state_word().version == StateWord::unpack(ticket.state).version;
}

SingleFlight::Ended SingleFlight::wait(const Ticket& leader, std::uint32_t wake,
                                       const WaitHooks& hooks) {
  announce(leader.entry + 1);
  Ended ended = Ended::would_deadlock;
  if (!closes_ring(leader.entry)) {
    if (hooks.begin) hooks.begin();
    ended = wait_blocking(leader, wake, hooks);
    if (hooks.end) hooks.end();
  }
  announce(0);
  return ended;
}

bool SingleFlight::gives_up(const WaitHooks& hooks) {
  return hooks.given_up && led.empty() && hooks.given_up();
}

SingleFlight::Ended SingleFlight::wait_blocking(const Ticket& leader, std::uint32_t wake,
                                                const WaitHooks& hooks) {
  Entry& entry = entries_[leader.entry];
  while (entry.state.load() == leader.state && entry.wake.load() == wake) {
    // A leader that was reaped meanwhile has its row cleared or reused; but then the entry has
    // moved on, which the next turn sees.
    if (leader_dead(leader)) return Ended::leader_died;
    if (closes_ring(leader.entry)) return Ended::would_deadlock;
    if (gives_up(hooks)) return Ended::given_up;
    futex_wait(entry.wake, wake, kLookEvery);
  }
  return abandoned(leader) ? Ended::leader_died : Ended::look_again;
}

}  // namespace ekiden::shared
