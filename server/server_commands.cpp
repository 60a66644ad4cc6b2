// SPDX-License-Identifier: MIT
#include "server/server_commands.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "server/control_request.hpp"
#include "shared/clock.hpp"

namespace ekiden::server {
namespace {

using shared::WorkerState;

Json::Object count_workers(const ServerState& state) {
  const auto count = [&](WorkerState wanted) {
    return number(static_cast<std::uint64_t>(
        std::count_if(state.workers.begin(), state.workers.end(),
                      [wanted](const WorkerStanding& one) { return one.state == wanted; })));
  };
  return {{"wanted", number(state.wanted_workers)},
          {"ready", count(WorkerState::ready)},
          {"booting", count(WorkerState::booting)},
          {"draining", count(WorkerState::draining)}};
}

std::uint64_t sum(const ServerState& state, std::atomic<std::uint32_t> shared::WorkerSlot::*field) {
  std::uint64_t total = 0;
  for (const WorkerStanding& worker : state.workers) {
    total += (state.scoreboard[worker.slot].*field).load(std::memory_order_relaxed);
  }
  return total;
}

Json::Object answers_by_status(const shared::TrafficTotals& traffic) {
  Json::Object answers;
  for (std::size_t kind = 1; kind < traffic.responses.size(); ++kind) {
    answers.emplace_back(fmt::format("{}xx", kind), number(traffic.responses[kind]));
  }
  return answers;
}

Json last_reload_of(const ServerState& state) {
  if (!state.last_reload) return {};
  const ReloadOutcome& last = *state.last_reload;
  const std::chrono::nanoseconds ago(shared::monotonic_ns() - last.ended_ns);
  return {{"generation", number(last.generation)},
          {"outcome", last.error.empty() ? "served" : "failed"},
          {"error", last.error.empty() ? Json() : Json(last.error)},
          {"took_s", seconds(last.took)},
          {"ago_s", seconds(ago)}};
}

Json::Object cache_use(const shared::CacheCounters& cache) {
  return {{"entries", number(cache.entries)},       {"payload_bytes", number(cache.payload_bytes)},
          {"data_bytes", number(cache.data_bytes)}, {"hits", number(cache.hits)},
          {"misses", number(cache.misses)},         {"computations", number(cache.computations)},
          {"waits", number(cache.waits)},           {"evictions", number(cache.evictions)}};
}

Json::Object call_of(const CallStanding& call) {
  return {{"thread", call.thread ? number(*call.thread) : Json()},
          {"callback", call.callback},
          {"state", call.state},
          {"age_s", seconds(call.age)},
          {"queued_s", seconds(call.queued)}};
}

Json::Array calls_in(const ServerState& state, std::uint32_t slot) {
  Json::Array calls;
  for (const CallStanding& call : calls_of(state, slot)) calls.push_back(call_of(call));
  return calls;
}

/// Of all workers' calls that have begun, the one that has taken longest, if there is any.
Json longest_call(const ServerState& state) {
  std::chrono::nanoseconds age{-1};
  Json longest;
  for (const WorkerStanding& worker : state.workers) {
    for (const CallStanding& call : calls_of(state, worker.slot)) {
      if (!call.thread || call.age <= age) continue;
      age = call.age;
      Json::Object members = call_of(call);
      members.insert(members.begin(), {"worker", number(worker.number)});
      longest = std::move(members);
    }
  }
  return longest;
}

Json worker_of(const WorkerStanding& worker, const ServerState& state, std::uint64_t now) {
  const shared::WorkerSlot& slot = state.scoreboard[worker.slot];
  const std::uint64_t beat = slot.heartbeat_ns;
  const std::chrono::nanoseconds silence(beat == 0 || beat > now ? 0 : now - beat);
  return {{"number", number(worker.number)},
          {"slot", number(worker.slot)},
          {"pid", worker.pid},
          {"state", shared::name(worker.state)},
          {"generation", number(worker.generation)},
          {"age_s", seconds(worker.age)},
          {"requests", number(slot.requests)},
          {"callbacks", number(slot.callbacks)},
          {"busy", number(slot.busy)},
          {"threads", number(slot.threads)},
          {"connections", number(slot.connections)},
          {"heartbeat_age_s", beat == 0 ? Json() : seconds(silence)},
          {"queued", number(state.scoreboard.calls(worker.slot).queue_length)},
          {"calls", calls_in(state, worker.slot)}};
}

}  // namespace

Json status_of(const ServerState& state) {
  return {{"app", state.app},
          {"version", EKIDEN_VERSION},
          {"uptime_s", seconds(state.uptime)},
          {"stopping", state.stopping},
          {"generation", number(state.generation)},
          {"loading", state.loading == 0 ? Json() : number(state.loading)},
          {"workers", count_workers(state)},
          {"threads", number(sum(state, &shared::WorkerSlot::threads))},
          {"busy", number(sum(state, &shared::WorkerSlot::busy))},
          {"longest_call", longest_call(state)},
          {"connections", number(sum(state, &shared::WorkerSlot::connections))},
          {"answers", answers_by_status(state.traffic)},
          {"bytes_out", number(state.traffic.bytes_out)},
          {"cache", cache_use(state.cache)},
          {"reloads", Json{{"served", number(state.supervision.reloads)},
                           {"failed", number(state.supervision.failed_reloads)},
                           {"last", last_reload_of(state)}}},
          {"deaths", number(state.supervision.deaths)}};
}

Json workers_of(const ServerState& state) {
  Json::Array workers;
  const std::uint64_t now = shared::monotonic_ns();
  for (const WorkerStanding& worker : state.workers) {
    workers.push_back(worker_of(worker, state, now));
  }
  return {{"workers", std::move(workers)}};
}

Json callbacks_of(const ServerState& state) {
  Json::Array callbacks;
  for (const auto& [id, totals] : state.traffic.callbacks) {
    const auto p99 = totals.ran.bound_of(0.99);
    callbacks.push_back(Json{{"callback", id},
                             {"calls", number(totals.ran.count())},
                             {"failures", number(totals.failures)},
                             {"mean_s", totals.ran.mean_s()},
                             {"p99_below_s", p99 ? Json(*p99) : Json()},
                             {"mean_wait_s", totals.waited.mean_s()}});
  }
  return {{"callbacks", std::move(callbacks)}};
}

}  // namespace ekiden::server
