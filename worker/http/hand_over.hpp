// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "shared/scoreboard.hpp"
#include "worker/http/passed_connection.hpp"

namespace ekiden::worker {

class CallbackPool;
class Session;

/// Hands connections whose request has waited for a callback thread to siblings that have one free.
///
///     this worker                                   sibling
///     word of its slot: open  ── datagram: fd, bytes ──>  has a free thread?
///     keeps its copy of the fd                      word: open -> taken, answers the request
///     word taken: closes its copy                        or  -> declined
///     word declined, or still open after kPatience: open -> 0, and the request waits here on
///
/// Whoever changes the word from `open` has the connection, so there are never two or none: if the
/// sibling hangs or dies before it has taken the connection, the request is taken back.
///
/// Thread safety: the polling thread's. Fork: construct after it.
class HandOver {
 public:
  /// Throws std::system_error.
  HandOver(shared::Scoreboard& scoreboard, std::uint32_t slot);

  int descriptor() const noexcept { return socket_.descriptor(); }

  /// Offers what waits too long in the queue, and ends the offers of before. False if nothing is
  /// left to be looked at again.
  bool look(CallbackPool& pool);
  /// The next connection of a sibling, or nothing. `room` says whether there is a callback thread
  /// for its request.
  template <class Room>
  std::optional<PassedConnection> receive(const Room& room) {
    OfferName name;
    PassedConnection connection;
    while (socket_.receive(name, connection)) {
      if (connection.descriptor >= 0 && decide(name, connection, room())) return connection;
    }
    return std::nullopt;
  }

 private:
  struct Offer {
    std::shared_ptr<Session> session;
    std::uint32_t target = 0;  ///< slot
    std::uint64_t number = 0;  ///< 0: none
    std::uint64_t ends_ns = 0;  ///< when it is taken back
  };

  bool decide(const OfferName& name, PassedConnection& connection, bool room);
  void settle(std::uint64_t now);
  void offer_one(CallbackPool& pool, const std::shared_ptr<Session>& session, std::uint32_t target,
                 std::uint64_t now);
  std::optional<std::uint32_t> free_sibling(std::uint64_t now) const;
  std::uint32_t offered_to(std::uint32_t target) const;
  Offer* free_offer();
  std::atomic<std::uint64_t>& word(const Offer& offer) const;

  shared::Scoreboard& scoreboard_;
  const std::uint32_t slot_;
  PassingSocket socket_;
  std::array<Offer, std::extent_v<decltype(shared::WorkerSlot::offers)>> offers_;
  std::array<std::uint64_t, shared::kMaxWorkers> avoided_until_ns_{};
  std::uint64_t last_number_;
};

}  // namespace ekiden::worker
