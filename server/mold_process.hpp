// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "server/channel.hpp"
#include "server/mold.hpp"
#include "server/process.hpp"
#include "shared/heritage.hpp"

namespace ekiden::server {

/// The mold as the master sees it; the other half is in mold_process.cpp. It loads the app once,
/// says ready or failed, serves nothing, and forks workers on request.
struct MoldHandle {
  enum class State { none, loading, ready, failed };

  State state = State::none;
  std::uint32_t generation = 0;
  std::uint64_t born_ns = 0;
  Process process;
  Descriptor channel;
  std::string report;      ///< what it said: a line about the app, or why it failed
  bool timed_out = false;  ///< the master killed it because loading took too long
};

/// Forks a mold that will give its workers `heritage`.
/// Throws std::system_error if there are no processes or descriptors left.
MoldHandle fork_mold(const shared::Heritage& heritage, const AppCode& code);

/// Loads the app into this process and checks that it left nothing behind that a fork would share
/// or lose. Throws std::runtime_error with one sentence otherwise. Returns load's line.
std::string load_and_check(const AppCode& code);

}  // namespace ekiden::server
