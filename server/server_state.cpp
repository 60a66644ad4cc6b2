// SPDX-License-Identifier: MIT
#include "server/server_state.hpp"

#include <algorithm>

#include "shared/clock.hpp"

namespace ekiden::server {
namespace {

using shared::RunningCall;

CallStanding standing_of(const RunningCall& call, const shared::Traffic& names,
                         std::chrono::nanoseconds now) {
  const std::chrono::nanoseconds age = std::max<std::chrono::nanoseconds>(now - call.began, {});
  return {std::nullopt, names.name(call.callback), call.waits ? "waiting" : "running", age,
          call.queued};
}

}  // namespace

std::vector<CallStanding> calls_of(const ServerState& state, std::uint32_t slot) {
  const shared::CallRow& row = state.scoreboard.calls(slot);
  const std::chrono::nanoseconds now(shared::monotonic_ns());
  std::vector<CallStanding> calls;
  const std::uint32_t used = row.threads_used();
  for (std::uint32_t thread = 0; thread < used; ++thread) {
    const auto call = row.threads[thread].call.read();
    if (!call) continue;
    calls.push_back(standing_of(*call, state.names, now));
    calls.back().thread = thread;
  }
  for (const shared::CallWord& queued : row.queue) {
    const auto call = queued.read();
    if (!call) continue;
    calls.push_back(standing_of(*call, state.names, now));
    calls.back().state = "queued";
    calls.back().queued = calls.back().age;
  }
  return calls;
}

}  // namespace ekiden::server
