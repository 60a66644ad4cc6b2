// SPDX-License-Identifier: MIT
#include "server/reload.hpp"

#include <fmt/core.h>
#include <signal.h>

#include <algorithm>
#include <exception>

#include "server/supervisor.hpp"
#include "shared/clock.hpp"
#include "shared/log.hpp"

namespace ekiden::server {
namespace {

using shared::log;
using shared::LogLevel;
using shared::WorkerState;

constexpr const char* kMoldDied = "the mold died";
/// How long a change is told to pages, at least.
constexpr std::chrono::seconds kLeastWindow{10};

}  // namespace

ReloadTicket Supervisor::reload(std::string cause) {
  if (stopping_) return {last_reload_number_, last_generation_};
  if (reload_) {
    next_cause_ = std::move(cause);
    log(LogLevel::info, "another reload will follow this one");
    return {last_reload_number_ + 1, last_generation_ + 1};
  }
  begin_reload(std::move(cause));
  return {last_reload_number_, last_generation_};
}

std::optional<ReloadTicket> Supervisor::rollback(std::string& obstacle) {
  if (reload_) {
    obstacle = fmt::format("generation {} is on trial; what it replaces serves until then",
                           reload_->mold.generation);
    return std::nullopt;
  }
  if (!previous_.process) {
    obstacle = fmt::format(
        "there is no generation to go back to: the one before is kept for --keep-generation {} s "
        "after a reload",
        std::chrono::duration<double>(options_.keep_generation).count());
    return std::nullopt;
  }
  now_ = shared::monotonic_ns();
  changes_.push_back({now_, {}});
  log(LogLevel::info, "bringing back {} (generation {})", options_.app, previous_.generation);
  reload_ = Reload{++last_reload_number_, "ekiden ctl rollback",
                   std::exchange(previous_, MoldHandle{}), now_};
  wake_by(now_);
  return ReloadTicket{last_reload_number_, reload_->mold.generation};
}

/// Those that a page may not know of yet, which last asked one interval ago or a little more. Files
/// that changed several times are named once.
std::vector<shared::ChangedFile> Supervisor::recent_changes() {
  const auto& interval = heritage_.settings.dev_tools.hot_reload_interval;
  const auto window =
      std::chrono::nanoseconds(std::max<std::chrono::milliseconds>(kLeastWindow, interval * 3));
  std::erase_if(changes_, [&](const Change& change) {
    return change.seen_ns + static_cast<std::uint64_t>(window.count()) < now_;
  });
  std::vector<shared::ChangedFile> files;
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    const bool known = std::any_of(files.begin(), files.end(), [&](const auto& file) {
      return file.asset == change->file.asset;
    });
    if (!known) files.push_back(change->file);
  }
  return files;
}

void Supervisor::begin_reload(std::string cause) {
  now_ = shared::monotonic_ns();
  heritage_.generation = ++last_generation_;
  ++last_reload_number_;
  if (generation_ != 0 && cause != kFilesChanged) changes_.push_back({now_, {}});
  heritage_.changed_files = recent_changes();
  log(LogLevel::info, "loading {} (generation {}, {})", options_.app, last_generation_, cause);
  try {
    // Without a mold the server needs one, whatever has become of files meanwhile.
    if (options_.renew && (cause != kMoldDied || !heritage_.tls)) options_.renew(heritage_);
    reload_ = Reload{last_reload_number_, std::move(cause), fork_mold(heritage_, code_), now_};
  } catch (const std::exception& error) {
    fail_reload(error.what(), 1);
  }
}

void Supervisor::advance_reload() {
  if (!reload_) {
    if (!next_cause_.empty()) begin_reload(std::exchange(next_cause_, {}));
    return;
  }
  MoldHandle& mold = reload_->mold;
  if (mold.state == MoldHandle::State::loading) {
    const std::uint64_t deadline =
        mold.born_ns + static_cast<std::uint64_t>(options_.load_timeout.count());
    if (options_.load_timeout.count() == 0) return;
    if (now_ < deadline) return wake_by(deadline);
    fail_reload(fmt::format("set-up takes longer than --load-timeout {} s",
                            std::chrono::duration<double>(options_.load_timeout).count()),
                4);
  } else if (mold.state == MoldHandle::State::failed) {
    fail_reload(mold.report, 4);
  } else if (mold.state == MoldHandle::State::ready) {
    start_trial_workers();
  }
}

/// The first worker goes ahead, as a canary: if the app crashes there, it does so in one process,
/// and in a reload it answers requests of its own before it says that it is ready.
void Supervisor::start_trial_workers() {
  if (!reload_->workers_started) {
    reload_->workers_started = true;
    log(LogLevel::info, "loaded {} in {} ms", reload_->mold.report,
        (now_ - reload_->mold.born_ns) / 1'000'000);
  }
  bool all_ready = true;
  for (std::uint32_t number = 1; number <= target_; ++number) {
    if (number > 1 && !reload_->any_ready) return;
    const WorkerHandle* worker = find(number, reload_->mold.generation);
    if (worker == nullptr && (generation_ != 0 || may_start(number))) {
      spawn(reload_->mold, number, number == 1 && generation_ != 0);
    }
    all_ready = all_ready && worker != nullptr && worker->state == WorkerState::ready;
  }
  if (all_ready) commit_reload();
}

void Supervisor::commit_reload() {
  const bool first = generation_ == 0;
  if (!first) ++counts_.reloads;
  keep_for_rollback(std::exchange(mold_, std::move(reload_->mold)));
  generation_ = mold_.generation;
  heritage_.scoreboard->serving().store(generation_, std::memory_order_release);
  if (!first) {
    last_reload_ = ReloadOutcome{
        reload_->number, generation_, {}, std::chrono::nanoseconds(now_ - reload_->begun_ns), now_};
  }
  reload_.reset();
  seats_.clear();
  std::uint32_t old = 0;
  for (auto& worker : workers_) {
    if (worker->generation == generation_ || worker->leaving()) continue;
    ask_to_leave(*worker, SIGTERM, options_.graceful_timeout,
                 "still busy after --graceful-timeout");
    ++old;
  }
  if (first) {
    log(LogLevel::info, "ready: {} worker{} with {} thread{} each", target_,
        target_ == 1 ? "" : "s", heritage_.settings.threads,
        heritage_.settings.threads == 1 ? "" : "s");
  } else {
    log(LogLevel::info, "generation {} serves; {} old worker{} drain{}", generation_, old,
        old == 1 ? "" : "s", old == 1 ? "s" : "");
  }
  if (!next_cause_.empty()) wake_by(now_);
}

void Supervisor::keep_for_rollback(MoldHandle mold) {
  dismiss(previous_);
  if (options_.keep_generation.count() == 0 || mold.state != MoldHandle::State::ready) {
    return dismiss(mold);
  }
  previous_ = std::move(mold);
  previous_until_ = now_ + static_cast<std::uint64_t>(options_.keep_generation.count());
}

void Supervisor::forget_previous() {
  if (!previous_.process) return;
  if (now_ < previous_until_) return wake_by(previous_until_);
  log(LogLevel::debug, "generation {} is not kept any longer", previous_.generation);
  dismiss(previous_);
}

void Supervisor::fail_reload(std::string reason, int exit_code) {
  if (generation_ != 0) {
    const std::uint64_t took = reload_ ? now_ - reload_->begun_ns : 0;
    const std::uint32_t tried = reload_ ? reload_->mold.generation : last_generation_;
    last_reload_ =
        ReloadOutcome{last_reload_number_, tried, reason, std::chrono::nanoseconds(took), now_};
    ++counts_.failed_reloads;
  }
  if (reload_) dismiss(reload_->mold);
  reload_.reset();
  for (auto& worker : workers_) {
    if (worker->leaving() || worker->generation == generation_) continue;
    // It may have accepted connections already, so it drains like any other.
    ask_to_leave(*worker, SIGTERM, options_.graceful_timeout,
                 "still busy after --graceful-timeout");
  }
  if (generation_ == 0) {
    log(LogLevel::critical, "app {} does not {}: {}", options_.app,
        exit_code == 3 ? "start" : "load", reason);
    exit_code_ = exit_code;
    stop();
    return;
  }
  log(LogLevel::error, "reload failed, generation {} goes on serving: {}", generation_, reason);
  if (!next_cause_.empty()) wake_by(now_);
}

// Without a mold no dead worker can be replaced. The app has to be read from the disk again, and
// may have changed there, so this is a reload: all workers or none.
void Supervisor::replace_dead_mold() {
  if (generation_ == 0 || mold_.process || reload_) return;
  if (now_ < mold_seat_.not_before_ns) return wake_by(mold_seat_.not_before_ns);
  // If this load fails as well, the next one waits.
  constexpr std::uint64_t kNoLife = 0;
  begin_reload(kMoldDied);
  mold_seat_.not_before_ns = now_ + mold_seat_.backoff.after_death(kNoLife, now_);
}

}  // namespace ekiden::server
