// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "server/mold_process.hpp"

namespace ekiden::server {

/// The change from one generation of the app to the next, as a transaction:
///
///     new mold loads -> it forks N workers -> all are ready -> commit: the old ones drain
///          |                    |                  |
///          +--------------------+------------------+--> any failure: the new ones go, the old
///                                                       generation goes on serving
///
/// The first generation comes in the same way; there is just none to fall back on. The steps are
/// members of Supervisor, in reload.cpp.
struct Reload {
  std::string cause;  ///< "SIGHUP", "the mold died"
  MoldHandle mold;    ///< of the generation on trial
  bool workers_started = false;
};

}  // namespace ekiden::server
