// SPDX-License-Identifier: MIT
#include <algorithm>

#include "server/supervisor.hpp"
#include "server/upgrade.hpp"
#include "shared/clock.hpp"

namespace ekiden::server {
namespace {

/// None if the worker is about to be reaped.
Descriptor copy_of(int channel) { return channel >= 0 ? Predecessor::copy(channel) : Descriptor(); }

std::unique_ptr<WorkerHandle> adopted(const UpgradeState::Worker& left, bool watched,
                                      std::uint64_t leave_by) {
  auto worker = std::make_unique<WorkerHandle>(left.number, left.slot, left.generation,
                                               copy_of(left.channel), left.born_ns);
  if (left.pid > 0) worker->said_hello(left.pid);
  worker->state = left.state;
  if (left.state == shared::WorkerState::draining) {
    worker->was_asked_to_leave(leave_by, "still busy after --graceful-timeout");
  }
  if (!left.wants_successor.empty()) worker->wants_successor = left.wants_successor;
  worker->has_successor = left.has_successor;
  worker->watched = watched;
  return worker;
}

}  // namespace

void Supervisor::leave_to(UpgradeState& next) const {
  next.generation = generation_;
  next.last_generation = last_generation_;
  next.counts = counts_;
  if (mold_.channel && mold_.state == MoldHandle::State::ready) {
    next.mold = {mold_.process.pid(), mold_.channel.get(), mold_.report};
  }
  for (const auto& worker : workers_) {
    next.workers.push_back({worker->number, worker->slot, worker->generation, worker->pid(),
                            worker->channel.get(), worker->state, worker->born_ns,
                            worker->wants_successor.value_or(""), worker->has_successor});
  }
}

void Supervisor::adopt(const UpgradeState& left, const std::string& failure, bool watched) {
  now_ = shared::monotonic_ns();
  generation_ = left.generation;
  last_generation_ = left.last_generation;
  counts_ = left.counts;
  heritage_.scoreboard->serving().store(generation_, std::memory_order_release);
  if (left.mold.pid > 0) {
    mold_.state = MoldHandle::State::ready;
    mold_.generation = generation_;
    mold_.born_ns = now_;
    mold_.process = Process(left.mold.pid);
    mold_.channel = Predecessor::copy(left.mold.channel);
    mold_.report = left.mold.report;
  }
  const auto patience = static_cast<std::uint64_t>(options_.graceful_timeout.count());
  for (const UpgradeState::Worker& worker : left.workers) {
    workers_.push_back(adopted(worker, watched, now_ + patience));
    slots_taken_.set(worker.slot);
  }
  if (!failure.empty()) {
    ++counts_.failed_reloads;
    last_reload_ = ReloadOutcome{++last_reload_number_, last_generation_, failure,
                                 std::chrono::nanoseconds(0), now_};
  }
}

}  // namespace ekiden::server
