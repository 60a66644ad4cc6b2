// SPDX-License-Identifier: MIT
#include "server/supervisor.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "shared/clock.hpp"
#include "shared/log.hpp"

namespace ekiden::server {
namespace {

using shared::log;
using shared::LogLevel;
using shared::WorkerState;

constexpr std::uint64_t kRetry = 10'000'000;
constexpr std::chrono::seconds kBootPatience{30};
constexpr std::chrono::seconds kStopPatience{1};
/// Between two planned replacements of a worker.
constexpr std::chrono::seconds kReplacementInterval{10};

std::uint64_t count(std::chrono::nanoseconds time) {
  return static_cast<std::uint64_t>(time.count());
}

}  // namespace

Supervisor::Supervisor(Options options, shared::Heritage heritage, AppCode code)
    : options_(std::move(options)),
      heritage_(std::move(heritage)),
      code_(std::move(code)),
      target_(options_.workers) {
  heritage_.master = getpid();
}

void Supervisor::start() { begin_reload("start"); }

void Supervisor::turn() {
  now_ = shared::monotonic_ns();
  next_turn_ = UINT64_MAX;
  read_channels();
  reap();
  bury_unborn();
  if (!stopping_) advance_reload();
  if (!stopping_) replace_dead_mold();
  if (!stopping_) forget_previous();
  if (!stopping_) start_successors();
  if (!stopping_) balance();
  for (auto& worker : workers_) watch_worker(*worker);
  release_slots();
}

void Supervisor::balance() {
  if (generation_ == 0) return;
  for (std::uint32_t number = 1; number <= target_; ++number) {
    if (mold_.state != MoldHandle::State::ready || find(number, generation_) != nullptr) continue;
    if (may_start(number)) spawn(mold_, number);
  }
  for (auto& worker : workers_) {
    if (worker->generation != generation_ || worker->number <= target_ || worker->leaving()) {
      continue;
    }
    ask_to_leave(*worker, SIGTERM, options_.graceful_timeout,
                 "still busy after --graceful-timeout");
  }
}

/// A worker in which a write was refused may hold locks and memory that nobody gives back, one
/// whose threads are held by overdue callbacks is of little use. It serves until another has taken
/// its place: that is planned, so there is no back-off, but a limit, lest an app that breaks the
/// rule with every request have its workers forked as often.
void Supervisor::start_successors() {
  for (auto& worker : workers_) {
    if (!worker->wants_successor || worker->has_successor || worker->leaving()) continue;
    if (worker->generation != generation_) continue;
    Seat& seat = seats_[worker->number];
    if (now_ < seat.replace_not_before_ns) {
      wake_by(seat.replace_not_before_ns);
      continue;
    }
    seat.replace_not_before_ns = now_ + count(kReplacementInterval);
    worker->has_successor = true;
    log(LogLevel::info, "worker {} ({}) will be replaced: {}", worker->number, worker->pid(),
        *worker->wants_successor);
  }
}

void Supervisor::retire_predecessors(const WorkerHandle& successor) {
  for (auto& worker : workers_) {
    const bool is_it =
        worker->number == successor.number && worker->generation == successor.generation;
    if (!is_it || !worker->has_successor || worker->leaving()) continue;
    ask_to_leave(*worker, SIGTERM, options_.graceful_timeout,
                 "still busy after --graceful-timeout");
  }
}

bool Supervisor::may_start(std::uint32_t number) {
  const std::uint64_t not_before = seats_[number].not_before_ns;
  if (now_ >= not_before) return true;
  wake_by(not_before);
  return false;
}

bool Supervisor::spawn(MoldHandle& mold, std::uint32_t number, bool canary) {
  const auto slot = take_slot();
  if (!slot) {
    wake_by(now_ + kRetry);
    return false;
  }
  heritage_.scoreboard->reset(*slot, mold.generation);
  std::string obstacle = "the mold's queue is full";
  try {
    ChannelPair channel = make_channel();
    if (send_order(mold.channel, {*slot, number, canary}, channel.child.get())) {
      workers_.push_back(std::make_unique<WorkerHandle>(number, *slot, mold.generation,
                                                        std::move(channel.master), now_));
      return true;
    }
  } catch (const std::system_error& error) {
    obstacle = error.what();
  }
  log(LogLevel::debug, "worker {} has to wait: {}", number, obstacle);
  (*heritage_.scoreboard)[*slot].state = WorkerState::vacant;
  slots_taken_.reset(*slot);
  wake_by(now_ + kRetry);
  return false;
}

WorkerHandle* Supervisor::find(std::uint32_t number, std::uint32_t generation) {
  for (auto& worker : workers_) {
    const bool is_it = worker->number == number && worker->generation == generation;
    if (is_it && !worker->leaving() && !worker->has_successor) return worker.get();
  }
  return nullptr;
}

std::optional<std::uint32_t> Supervisor::take_slot() {
  for (std::uint32_t slot = 0; slot < shared::kMaxWorkers; ++slot) {
    if (slots_taken_.test(slot)) continue;
    slots_taken_.set(slot);
    return slot;
  }
  return std::nullopt;
}

void Supervisor::release_slots() {
  std::erase_if(slots_to_release_, [this](std::uint32_t slot) {
    if (options_.release_slot && !options_.release_slot(slot)) return false;
    (*heritage_.scoreboard)[slot].state = WorkerState::vacant;
    slots_taken_.reset(slot);
    return true;
  });
  if (!slots_to_release_.empty()) wake_by(now_ + kRetry);
}

void Supervisor::read_worker(WorkerHandle& worker) {
  Packet packet;
  while (worker.channel) {
    const Received received = receive(worker.channel, packet);
    if (received == Received::nothing) return;
    if (received == Received::closed) {
      worker.channel.reset();
    } else if (const auto pid = as_hello(packet)) {
      worker.said_hello(*pid);
    } else if (packet.bytes[0] == static_cast<char>(shared::WorkerMessage::ready) &&
               worker.state == WorkerState::booting) {
      worker.state = WorkerState::ready;
      if (reload_ && reload_->mold.generation == worker.generation) reload_->any_ready = true;
      log(LogLevel::info, "worker {} ({}) is ready", worker.number, worker.pid());
      retire_predecessors(worker);
    } else if (packet.bytes[0] == static_cast<char>(shared::WorkerMessage::replace)) {
      worker.wants_successor = packet.bytes.substr(1);
    }
  }
}

void Supervisor::read_mold(MoldHandle& mold) {
  Packet packet;
  while (mold.channel) {
    const Received received = receive(mold.channel, packet);
    if (received == Received::nothing) return;
    if (received == Received::closed) {
      mold.channel.reset();
    } else if (mold.state == MoldHandle::State::loading) {
      const bool ready = packet.bytes[0] == static_cast<char>(MoldMessage::ready);
      mold.state = ready ? MoldHandle::State::ready : MoldHandle::State::failed;
      mold.report = packet.bytes.substr(1);
    } else if (packet.bytes[0] == static_cast<char>(MoldMessage::changed)) {
      if (&mold == &previous_) continue;
      for (auto& file : shared::changed_files(std::string_view(packet.bytes).substr(1))) {
        changes_.push_back({now_, std::move(file)});
      }
      reload(kFilesChanged);
    }
  }
}

void Supervisor::watch_worker(WorkerHandle& worker) {
  wake_by(worker.enforce_deadline(now_));
  if (!worker.watched) return;
  if (worker.process) {
    const std::uint64_t beat = (*heritage_.scoreboard)[worker.slot].heartbeat_ns;
    wake_by(worker.check_heartbeat(beat, options_.timeout, now_));
    return;
  }
  // Ordered from the mold, but never said hello. Its end of the channel may still wait in the queue
  // of a mold that is stuck; without the mold the channel closes, and bury_unborn() sees that.
  const std::uint64_t patience =
      count(std::max<std::chrono::nanoseconds>(options_.timeout, kBootPatience));
  if (now_ < worker.born_ns + patience) {
    wake_by(worker.born_ns + patience);
    return;
  }
  for (MoldHandle* mold : {&mold_, reload_ ? &reload_->mold : nullptr}) {
    if (mold == nullptr || mold->generation != worker.generation || mold->timed_out) continue;
    log(LogLevel::error, "the mold of generation {} forks no worker; killing it", mold->generation);
    mold->timed_out = true;
    mold->process.send_signal(SIGKILL);
  }
}

void Supervisor::ask_to_leave(WorkerHandle& worker, int signal, std::chrono::nanoseconds patience,
                              std::string reason) {
  worker.ask_to_leave(signal, now_ + count(patience), std::move(reason));
}

void Supervisor::scale_up() {
  if (target_ >= kMostWorkers) {
    log(LogLevel::warning, "there are {} workers already, the most possible", target_);
    return;
  }
  ++target_;
  log(LogLevel::info, "one worker more: {}", target_);
}

void Supervisor::scale_down() {
  if (target_ <= 1) {
    log(LogLevel::warning, "there is one worker only, which stays");
    return;
  }
  --target_;
  log(LogLevel::info, "one worker less: {}", target_);
}

void Supervisor::scale_back() {
  if (target_ != options_.workers) scale_to(options_.workers);
}

void Supervisor::scale_to(std::uint32_t workers) {
  log(LogLevel::info, "{} worker{} instead of {}", workers, workers == 1 ? "" : "s", target_);
  target_ = workers;
}

void Supervisor::drain() {
  if (stopping_) return;
  now_ = shared::monotonic_ns();
  stopping_ = true;
  if (reload_) dismiss(reload_->mold);
  reload_.reset();
  dismiss(mold_);
  dismiss(previous_);
  for (auto& worker : workers_) {
    ask_to_leave(*worker, SIGTERM, options_.graceful_timeout,
                 "still busy after --graceful-timeout");
  }
}

void Supervisor::stop() {
  drain();
  now_ = shared::monotonic_ns();
  const bool again = stops_++ > 0;
  for (auto& worker : workers_) {
    ask_to_leave(*worker, SIGINT, again ? std::chrono::seconds(0) : kStopPatience,
                 "told to stop at once, and did not");
  }
}

void Supervisor::add_channels(std::vector<pollfd>& polled) const {
  const auto add = [&polled](const Descriptor& channel) {
    if (channel) polled.push_back({channel.get(), POLLIN, 0});
  };
  for (const auto& worker : workers_) add(worker->channel);
  add(mold_.channel);
  add(previous_.channel);
  if (reload_) add(reload_->mold.channel);
}

bool Supervisor::tell_a_worker(std::string_view message) const {
  return std::any_of(workers_.begin(), workers_.end(), [message](const auto& worker) {
    return worker->state == shared::WorkerState::ready && send(worker->channel, message);
  });
}

void Supervisor::tell_all(std::string_view message, int passed) const {
  for (const auto& worker : workers_) send(worker->channel, message, passed);
  if (mold_.channel) send(mold_.channel, message, passed);
  if (previous_.channel) send(previous_.channel, message, passed);
  if (reload_ && reload_->mold.channel) send(reload_->mold.channel, message, passed);
}

std::optional<int> Supervisor::exit_code() const {
  if (!stopping_ || !workers_.empty() || !dismissed_.empty()) return std::nullopt;
  return exit_code_;
}

std::vector<WorkerStanding> Supervisor::workers() const {
  const std::uint64_t now = shared::monotonic_ns();
  std::vector<WorkerStanding> standings;
  for (const auto& worker : workers_) {
    standings.push_back({worker->number, worker->slot, worker->process ? worker->pid() : 0,
                         worker->generation, worker->state,
                         std::chrono::nanoseconds(now - worker->born_ns)});
  }
  std::stable_sort(standings.begin(), standings.end(),
                   [](const auto& one, const auto& other) { return one.number < other.number; });
  return standings;
}

std::uint32_t Supervisor::ready_workers() const {
  return static_cast<std::uint32_t>(
      std::count_if(workers_.begin(), workers_.end(),
                    [](const auto& worker) { return worker->state == WorkerState::ready; }));
}

}  // namespace ekiden::server
