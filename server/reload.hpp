// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "server/mold_process.hpp"

namespace ekiden::server {

/// The change from one generation of the app to the next, as a transaction:
///
///     new mold loads -> it forks one worker, which answers requests for its page, its layout and
///          |            its callbacks, made within -> it forks the others -> all are ready
///          |                    |                                   |               -> commit:
///          |                    |                                   |             the old ones
///          drain
///          +--------------------+-----------------------------------+--> any failure: the new ones
///                                                          go, the old generation goes on serving
///
/// The first generation comes in the same way, but there is none to fall back on: until its first
/// worker is ready a failure ends the server; after that a dead worker is replaced. The steps are
/// members of Supervisor, in reload.cpp.
struct Reload {
  std::uint32_t number = 0;
  std::string cause;  ///< "SIGHUP", "the mold died"
  MoldHandle mold;    ///< of the generation on trial
  std::uint64_t begun_ns = 0;
  bool workers_started = false;
  bool any_ready = false;  ///< has a worker on trial been ready, dead meanwhile or not
};

}  // namespace ekiden::server
