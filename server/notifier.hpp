// SPDX-License-Identifier: MIT
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/descriptor.hpp"

namespace ekiden::server {

/// What a service manager is to know of the server at a moment.
struct NotifiedState {
  enum class Phase { starting, serving, reloading, stopping };

  Phase phase = Phase::starting;
  std::uint32_t last_reload = 0;  ///< the generation that it brought, or was to bring; 0: none yet
  std::string status;             ///< for people, as `systemctl status` shows it

  bool operator==(const NotifiedState&) const = default;
};

/// What to send, in this order, so that the manager gets from one state to the other. A reload that
/// failed, and the server with it goes on as it was, ends with READY=1 like any other.
std::vector<std::string> notifications(const NotifiedState& before, const NotifiedState& now,
                                       std::chrono::microseconds stop_timeout);

/// Tells systemd, by sd_notify(3)'s protocol, that the server is ready, reloads, stops and lives.
///
/// One datagram each; nothing here waits. A manager whose queue is full is told later. Without
/// NOTIFY_SOCKET it does nothing.
///
/// Thread safety: the master's only thread. Fork: children close the descriptor and never use it.
class Notifier {
 public:
  /// Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment: what children have
  /// to say is not the server's. `stop_timeout` is how long stopping may take.
  explicit Notifier(std::chrono::microseconds stop_timeout);

  explicit operator bool() const noexcept { return static_cast<bool>(socket_); }
  /// Says what is new. `now` and the result are monotonic_ns(): when to call again even if nothing
  /// happens, as for WATCHDOG=1 at half of its time.
  std::uint64_t turn(const NotifiedState& state, std::uint64_t now);

 private:
  bool send(const std::string& message);

  Descriptor socket_;
  sockaddr_storage address_{};
  socklen_t address_length_ = 0;
  std::chrono::microseconds stop_timeout_;
  std::uint64_t watchdog_ns_ = 0;  ///< between two signs of life; 0: none are asked for
  std::uint64_t next_sign_ns_ = 0;
  NotifiedState known_;              ///< to the manager, with what is in unsent_
  std::vector<std::string> unsent_;  ///< the first is next
};

}  // namespace ekiden::server
