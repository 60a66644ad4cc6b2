// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

#include "server/supervisor.hpp"
#include "shared/log.hpp"

namespace ekiden::server {
namespace {

using shared::log;
using shared::LogLevel;
using shared::WorkerState;

std::uint64_t random_number() {
  std::uint64_t value = 0;
  if (getrandom(&value, sizeof value, GRND_NONBLOCK) != sizeof value) return 0;
  return value;
}

double seconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

}  // namespace

void Supervisor::read_channels() {
  for (auto& worker : workers_) read_worker(*worker);
  read_mold(mold_);
  read_mold(previous_);
  if (reload_) read_mold(reload_->mold);
}

// Each dead child is looked at first and reaped last: until then its number cannot be given to
// another process, and what it wrote to its channel, hello included, is there to be read.
void Supervisor::reap() {
  while (true) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    read_channels();
    const pid_t pid = info.si_pid;
    const auto worker = std::find_if(workers_.begin(), workers_.end(),
                                     [pid](const auto& one) { return one->pid() == pid; });
    siginfo_t reaped{};
    while (waitid(P_PID, static_cast<id_t>(pid), &reaped, WEXITED) != 0 && errno == EINTR) {
    }
    if (worker != workers_.end()) {
      bury_worker(worker, info);
    } else if (mold_.process.pid() == pid) {
      bury_mold(mold_, info);
    } else if (previous_.process.pid() == pid) {
      log(LogLevel::warning, "generation {} is gone, to which one could go back: {}",
          previous_.generation, describe_exit(info));
      previous_ = MoldHandle{};
    } else if (reload_ && reload_->mold.process.pid() == pid) {
      bury_mold(reload_->mold, info);
    } else if (std::erase_if(dismissed_,
                             [pid](const auto& mold) { return mold.process.pid() == pid; }) == 0) {
      log(LogLevel::debug, "reaped process {}, an orphan: {}", pid, describe_exit(info));
    }
  }
}

void Supervisor::bury_worker(Workers::iterator dead, const siginfo_t& info) {
  const std::unique_ptr<WorkerHandle> worker = std::move(*dead);
  workers_.erase(dead);
  (*heritage_.scoreboard)[worker->slot].state = WorkerState::dead;
  slots_to_release_.push_back(worker->slot);
  if (worker->left_as_asked(info)) {
    log(LogLevel::info, "worker {} ({}) has left", worker->number, worker->pid());
    return;
  }
  const std::string cause = worker->cause_of_death(info, oom_);
  log(worker->leaving() ? LogLevel::warning : LogLevel::error, "worker {} ({}) died: {}",
      worker->number, worker->pid(), cause);
  const std::string words = last_words(*worker);
  if (!words.empty()) {
    log(LogLevel::error, "last words of worker {} ({}): {}", worker->number, worker->pid(), words);
  }
  after_death(*worker, words.empty() ? cause : fmt::format("{}; {}", cause, words));
}

// A channel that closed before the hello: the worker died in between, or was never forked. It had
// not touched the cache yet, and whoever its process was is reaped as an orphan.
void Supervisor::bury_unborn() {
  for (std::size_t i = 0; i < workers_.size();) {
    if (workers_[i]->process || workers_[i]->channel) {
      ++i;
      continue;
    }
    const std::unique_ptr<WorkerHandle> worker = std::move(workers_[i]);
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
    (*heritage_.scoreboard)[worker->slot].state = WorkerState::dead;
    slots_to_release_.push_back(worker->slot);
    if (worker->leaving()) continue;
    log(LogLevel::error, "worker {} could not be forked or died before it said its pid",
        worker->number);
    after_death(*worker, "could not be forked");
  }
}

void Supervisor::after_death(const WorkerHandle& worker, const std::string& cause) {
  if (stopping_ || worker.leaving()) return;
  ++counts_.deaths;
  const bool on_trial = reload_ && worker.generation == reload_->mold.generation;
  if (on_trial && (generation_ != 0 || !reload_->any_ready)) {
    fail_reload(fmt::format("worker {} died before all were ready: {}", worker.number, cause), 3);
    return;
  }
  if (!on_trial && worker.generation != generation_) return;
  Seat& seat = seats_[worker.number];
  const std::uint64_t delay = seat.backoff.after_death(now_ - worker.born_ns, random_number());
  seat.not_before_ns = now_ + delay;
  if (delay == 0) return;
  log(LogLevel::warning, "worker {} died {} times in a row; the next one starts in {:.1f} s",
      worker.number, seat.backoff.deaths(), seconds(delay));
}

std::string Supervisor::last_words(const WorkerHandle& worker) const {
  std::string words;
  for (const auto& character : (*heritage_.scoreboard)[worker.slot].last_words) {
    const char c = character.load(std::memory_order_relaxed);
    if (c == '\0') break;
    words.push_back(c);
  }
  return words;
}

void Supervisor::bury_mold(MoldHandle& mold, const siginfo_t& info) {
  const bool on_trial = reload_ && &mold == &reload_->mold;
  const std::uint64_t lived = now_ - mold.born_ns;
  const std::string end =
      fmt::format("{}{}", info.si_code == CLD_EXITED ? "" : "was ", describe_exit(info));
  const MoldHandle dead = std::exchange(mold, MoldHandle{});
  if (on_trial && dead.state == MoldHandle::State::failed) return fail_reload(dead.report, 4);
  if (on_trial && dead.state == MoldHandle::State::loading) {
    return fail_reload(fmt::format("set-up {}", end), 4);
  }
  if (on_trial) return fail_reload(fmt::format("the mold {}", end), 3);
  const bool killed = info.si_code != CLD_EXITED && info.si_status == SIGKILL;
  log(LogLevel::error, "the mold died: {}{}; loading the app again", describe_exit(info),
      killed ? oom_.explain() : "");
  mold_seat_.not_before_ns = now_ + mold_seat_.backoff.after_death(lived, random_number());
}

void Supervisor::dismiss(MoldHandle& mold) {
  if (!mold.process) return;
  // It holds nothing but memory, and has flushed what the app printed.
  mold.process.send_signal(SIGKILL);
  dismissed_.push_back(std::move(mold));
  mold = MoldHandle{};
}

}  // namespace ekiden::server
