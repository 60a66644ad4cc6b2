// SPDX-License-Identifier: MIT
#include <algorithm>
#include <exception>

#include "server/master.hpp"
#include "shared/clock.hpp"
#include "shared/log.hpp"

namespace ekiden::server {
namespace {

using shared::log;
using shared::LogLevel;

UpgradeState::Socket left(const Listener& listener) {
  return {listener.text(), listener.fd(), listener.own_file()};
}

}  // namespace

/// From a signal: what cannot be done is said in the log, and the server goes on as it is.
void Master::begin_upgrade() {
  std::string obstacle;
  if (leaving()) obstacle = "the server is stopping";
  if (launch_ == nullptr) obstacle = "there is no program to start again";
  if (supervisor_.generation() == 0) obstacle = "the app does not serve yet";
  const bool follows = predecessor_ != nullptr && !predecessor_->settled();
  if (trial_ || follows || !next_version_.empty()) obstacle = "an upgrade is under way";
  if (!obstacle.empty()) {
    log(LogLevel::warning, "SIGUSR2: no upgrade: {}", obstacle);
    return;
  }
  log(LogLevel::info, "SIGUSR2: trying {}", launch_->program().string());
  try {
    trial_ = std::make_unique<UpgradeTrial>(*launch_, state_for_next(), load_timeout_);
  } catch (const std::exception& error) {
    log(LogLevel::error, "no upgrade: {}", error.what());
  }
}

void Master::advance_upgrade() {
  if (leaving()) {
    trial_.reset();
    next_version_.clear();
    return;
  }
  if (trial_) advance_trial();
  if (!next_version_.empty() && supervisor_.at_rest()) {
    log(LogLevel::info, "becoming ekiden {}", next_version_);
    next_version_.clear();
    if (builder_) builder_->stop();
    log(LogLevel::error, "no upgrade, ekiden {} goes on: {}", EKIDEN_VERSION,
        become_next(*launch_, state_for_next()));
    return;
  }
  const auto& first = supervisor_.last_reload();
  if (predecessor_ == nullptr || predecessor_->settled() || !first) return;
  if (first->error.empty()) {
    settle();
    log(LogLevel::info, "ekiden {} has taken over from {}", EKIDEN_VERSION,
        predecessor_->state().version);
    return;
  }
  if (!supervisor_.at_rest()) return;
  log(LogLevel::error, "going back to ekiden {}", predecessor_->state().version);
  const UpgradeState now = state_for_next();
  if (builder_) builder_->stop();
  log(LogLevel::error, "there is no way back: {}",
      predecessor_->go_back(*launch_, first->error, &now));
  settle();
}

void Master::advance_trial() {
  const auto verdict = trial_->turn(shared::monotonic_ns());
  if (!verdict) return;
  trial_.reset();
  if (verdict->error.empty()) {
    next_version_ = verdict->version;
  } else {
    log(LogLevel::error, "no upgrade, ekiden {} goes on: {}", EKIDEN_VERSION, verdict->error);
  }
}

/// The first step as the successor of another image: to bring in a generation of its own, or, if
/// it was that image which failed to follow this one, to go on.
void Master::follow() {
  if (predecessor_->failure().empty()) {
    supervisor_.reload("SIGUSR2");
    return;
  }
  log(LogLevel::error, "ekiden {} did not take over, {} goes on with generation {}: {}",
      predecessor_->state().version, EKIDEN_VERSION, supervisor_.generation(),
      predecessor_->failure());
  settle();
}

void Master::settle() noexcept {
  if (predecessor_ == nullptr || predecessor_->settled()) return;
  const UpgradeState& state = predecessor_->state();
  for (const UpgradeState::Socket& socket : state.listeners) {
    const auto same = std::find_if(listeners_.begin(), listeners_.end(),
                                   [&](const auto& one) { return one.text() == socket.text; });
    if (same != listeners_.end()) {
      same->take_file(socket.file);
    } else {
      Listener(Predecessor::copy(socket.descriptor), socket.text).take_file(socket.file);
    }
  }
  if (state.admin && admin_.listener() && admin_.listener()->text() == state.admin->text) {
    admin_.take_file(state.admin->file);
  }
  predecessor_->settle();
}

UpgradeState Master::state_for_next() const {
  UpgradeState next;
  next.version = EKIDEN_VERSION;
  if (predecessor_ != nullptr && !predecessor_->settled()) {
    // Its sockets are not ours yet, and those that we have opened are not its.
    next.listeners = predecessor_->state().listeners;
    next.admin = predecessor_->state().admin;
    next.settings = predecessor_->state().settings;
  } else {
    for (const Listener& listener : listeners_) next.listeners.push_back(left(listener));
    if (admin_.listener()) next.admin = left(*admin_.listener());
    next.settings = saved_settings_;
  }
  next.cache = cache_.descriptor();
  next.scoreboard = scoreboard_.descriptor();
  next.traffic = traffic_.descriptor();
  if (access_log_.has_file()) next.access_log = access_log_.descriptor();
  if (error_log_.has_file()) next.error_log = error_log_.descriptor();
  next.started_ns = started_ns_;
  supervisor_.leave_to(next);
  return next;
}

}  // namespace ekiden::server
