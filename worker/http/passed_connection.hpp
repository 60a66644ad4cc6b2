// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace ekiden::worker {

/// A client's connection on its way to another worker, with a request that has been read and that
/// nobody has begun to answer. Whoever receives it owns the descriptor.
struct PassedConnection {
  int descriptor = -1;
  std::string remote;          ///< as Accepted's
  std::string client;          ///< the same, or whom a PROXY header has named
  std::string bytes;           ///< all that was read: the request, and what came behind it
  std::uint64_t begun_ns = 0;  ///< monotonic_ns() when the request was complete
};

/// How the sender's offer is known: a word of its slot of the scoreboard, and what it held.
struct OfferName {
  std::uint32_t slot = 0;   ///< the sender's
  std::uint32_t index = 0;  ///< of WorkerSlot::offers
  std::uint64_t number = 0;
};

/// A socket that other workers of this server send connections to; its name is a number that the
/// kernel gives. Datagrams of at most kLongestInline bytes; more go along as a file in memory.
///
/// Fork: construct after it. Only processes of the same user are believed.
class PassingSocket {
 public:
  /// Throws std::system_error.
  PassingSocket();
  PassingSocket(const PassingSocket&) = delete;
  PassingSocket& operator=(const PassingSocket&) = delete;
  ~PassingSocket();

  int descriptor() const noexcept { return descriptor_; }
  /// Never 0.
  std::uint32_t address() const noexcept { return address_; }

  /// False if it cannot be sent now: nobody has that address, or has many messages to read.
  bool send(std::uint32_t address, const OfferName& name, const PassedConnection& connection);
  /// False if there is no message. One that is none of ours leaves `connection.descriptor` -1.
  bool receive(OfferName& name, PassedConnection& connection);

 private:
  int descriptor_ = -1;
  std::uint32_t address_ = 0;
};

}  // namespace ekiden::worker
