// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <ekiden/json.hpp>

#include "server/server_state.hpp"

namespace ekiden::server {

inline constexpr const char* kReloadCommand = "server.reload";
inline constexpr const char* kRollbackCommand = "server.rollback";
inline constexpr const char* kStopping = "the server is about to stop";

/// The server as the control socket's commands reach it: the master.
class ServerControl {
 public:
  virtual ServerState state() const = 0;
  // These throw RequestError if the server is about to stop.
  /// Begins a reload, or asks for one more after the present one.
  virtual ReloadTicket reload() = 0;
  /// Begins to bring back the generation before; throws RequestError if it is gone.
  virtual ReloadTicket rollback() = 0;
  /// Returns how many workers there should have been before.
  virtual std::uint32_t scale(std::uint32_t workers) = 0;
  /// As SIGTERM, once the answer is on its way.
  virtual void drain() = 0;

 protected:
  ~ServerControl() = default;
};

// What a ServerState is as JSON; the members are listed in server/README.md.
Json status_of(const ServerState& state);
Json workers_of(const ServerState& state);
Json callbacks_of(const ServerState& state);

}  // namespace ekiden::server
