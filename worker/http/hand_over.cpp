// SPDX-License-Identifier: MIT
#include "worker/http/hand_over.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "shared/clock.hpp"
#include "worker/http/callback_pool.hpp"
#include "worker/http/session.hpp"

namespace ekiden::worker {
namespace {

using shared::OfferState;
using shared::WorkerSlot;
using shared::WorkerState;

constexpr auto kRelaxed = std::memory_order_relaxed;
/// A request that has waited so long is worth two datagrams: more than most callbacks take.
constexpr std::uint64_t kWorthPassing = 1'000'000;
/// A sibling's polling thread answers within a fraction of a millisecond, unless it hangs.
constexpr std::uint64_t kPatience = 20'000'000;
/// Beside that, for each byte: it reads what came along first, and on a busy machine not at once.
constexpr std::uint64_t kPatiencePerByte = 40;
/// One that did not answer gets no offers for so long.
constexpr std::uint64_t kAvoided = 1'000'000'000;

constexpr std::uint64_t in_state(std::uint64_t number, OfferState state) {
  return number << 2U | static_cast<std::uint64_t>(state);
}

}  // namespace

/// Numbers go on from the time, so that no offer is mistaken for one of the worker that had the
/// slot before.
HandOver::HandOver(shared::Scoreboard& scoreboard, std::uint32_t slot)
    : scoreboard_(scoreboard), slot_(slot), last_number_(shared::monotonic_ns()) {
  scoreboard_[slot_].address.store(socket_.address(), kRelaxed);
}

std::atomic<std::uint64_t>& HandOver::word(const Offer& offer) const {
  return scoreboard_[slot_].offers[&offer - offers_.data()];
}

bool HandOver::look(CallbackPool& pool) {
  const std::uint64_t now = shared::monotonic_ns();
  settle(now);
  while (const auto job = pool.next_in_queue()) {
    const auto session = std::static_pointer_cast<Session>(job);
    if (now - session->begun_ns() < kWorthPassing || free_offer() == nullptr) break;
    const auto target = free_sibling(now);
    if (!target || session->stays() || !session->rests()) break;
    offer_one(pool, session, *target, now);
  }
  return pool.next_in_queue() != nullptr ||
         std::any_of(offers_.begin(), offers_.end(),
                     [](const Offer& offer) { return offer.number != 0; });
}

void HandOver::offer_one(CallbackPool& pool, const std::shared_ptr<Session>& session,
                         std::uint32_t target, std::uint64_t now) {
  if (!pool.withdraw(*session)) return;  // it has just been begun
  Offer& offer = *free_offer();
  offer = {session, target, ++last_number_, UINT64_MAX};
  std::atomic<std::uint64_t>& word_of_offer = word(offer);
  word_of_offer.store(in_state(offer.number, OfferState::open));
  const OfferName name{slot_, static_cast<std::uint32_t>(&offer - offers_.data()), offer.number};
  const std::uint32_t address = scoreboard_[target].address.load(kRelaxed);
  const PassedConnection passed = session->offered();
  if (socket_.send(address, name, passed)) {
    offer.ends_ns = shared::monotonic_ns() + kPatience + passed.bytes.size() * kPatiencePerByte;
    return;
  }
  word_of_offer.store(0);
  avoided_until_ns_[target] = now + kAvoided;
  std::exchange(offer, {}).session->taken_back();
}

/// Ends the offers that a sibling has decided about, or had time enough to.
void HandOver::settle(std::uint64_t now) {
  for (Offer& offer : offers_) {
    if (offer.number == 0) continue;
    std::atomic<std::uint64_t>& word_of_offer = word(offer);
    std::uint64_t seen = word_of_offer.load();
    if (seen == in_state(offer.number, OfferState::open)) {
      const bool alive = scoreboard_[offer.target].state.load(kRelaxed) == WorkerState::ready;
      if (alive && now < offer.ends_ns) continue;
      if (word_of_offer.compare_exchange_strong(seen, 0))
        avoided_until_ns_[offer.target] = now + kAvoided;
    }
    word_of_offer.store(0);
    const Offer ended = std::exchange(offer, {});
    if (seen == in_state(ended.number, OfferState::taken)) {
      auto& passed = scoreboard_[slot_].passed;
      passed.store(passed.load(kRelaxed) + 1, kRelaxed);
      ended.session->passed_on();
    } else {
      ended.session->taken_back();
    }
  }
}

bool HandOver::decide(const OfferName& name, PassedConnection& connection, bool room) {
  const bool known = name.slot < shared::kMaxWorkers && name.index < offers_.size();
  std::uint64_t expected = in_state(name.number, OfferState::open);
  const OfferState decision = room ? OfferState::taken : OfferState::declined;
  const bool ours = known && scoreboard_[name.slot].offers[name.index].compare_exchange_strong(
                                 expected, in_state(name.number, decision));
  if (ours && room) return true;
  ::close(std::exchange(connection.descriptor, -1));
  return false;
}

HandOver::Offer* HandOver::free_offer() {
  const auto found = std::find_if(offers_.begin(), offers_.end(),
                                  [](const Offer& offer) { return offer.number == 0; });
  return found == offers_.end() ? nullptr : &*found;
}

std::uint32_t HandOver::offered_to(std::uint32_t target) const {
  return static_cast<std::uint32_t>(std::count_if(
      offers_.begin(), offers_.end(),
      [target](const Offer& offer) { return offer.number != 0 && offer.target == target; }));
}

/// The one with the most free threads.
std::optional<std::uint32_t> HandOver::free_sibling(std::uint64_t now) const {
  std::optional<std::uint32_t> best;
  std::uint32_t most = 0;
  for (std::uint32_t slot = 0; slot < shared::kMaxWorkers; ++slot) {
    const WorkerSlot& worker = scoreboard_[slot];
    if (slot == slot_ || worker.state.load(kRelaxed) != WorkerState::ready) continue;
    if (worker.address.load(kRelaxed) == 0 || now < avoided_until_ns_[slot]) continue;
    const std::uint32_t threads = worker.threads.load(kRelaxed);
    const std::uint32_t busy = worker.busy.load(kRelaxed) + offered_to(slot);
    if (busy >= threads || threads - busy <= most) continue;
    most = threads - busy;
    best = slot;
  }
  return best;
}

}  // namespace ekiden::worker
