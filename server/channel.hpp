// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/descriptor.hpp"

namespace ekiden::server {

/// The two ends of a SOCK_SEQPACKET pair between the master and a child: whole messages in order,
/// and end of file as soon as no process holds the other end.
struct ChannelPair {
  Descriptor master;  ///< non-blocking
  Descriptor child;   ///< blocking
};

/// Throws std::system_error if there are no descriptors left.
ChannelPair make_channel();

/// One message, with the descriptor that came along, if any.
struct Packet {
  std::string bytes;
  Descriptor passed;
};

enum class Received { packet, nothing, closed };

/// Takes the next message. `nothing` only from a non-blocking end; `closed` also on any error,
/// since a channel that fails is of no use.
Received receive(const Descriptor& channel, Packet& packet);

/// Sends one message. Longer than kMaxMessage is cut. False if it did not go: the other end is
/// closed, or a non-blocking channel is full (errno says which).
bool send(const Descriptor& channel, std::string_view bytes, int passed = -1);
inline constexpr std::size_t kMaxMessage = 16384;

/// Master to mold: fork a worker. Its end of the channel to the master is passed along.
struct SpawnOrder {
  std::uint32_t slot = 0;
  std::uint32_t number = 0;
  bool canary = false;  ///< as shared::Heritage's
};
bool send_order(const Descriptor& channel, SpawnOrder order, int worker_end);
std::optional<SpawnOrder> as_order(const Packet& packet);

/// Mold to master: once, what became of the load; then, which files changed.
enum class MoldMessage : char { ready = 'R', failed = 'F', changed = 'C' };
bool send_report(const Descriptor& channel, MoldMessage kind, std::string_view text);

/// Worker to master, first of all: its pid. What follows are shared::WorkerMessage.
bool send_hello(int channel, pid_t pid);
std::optional<pid_t> as_hello(const Packet& packet);

}  // namespace ekiden::server
