// SPDX-License-Identifier: MIT
#include "worker/http/inline_runs.hpp"

#include "worker/http/polling_role.hpp"
#include "worker/http/session.hpp"
#include "worker/shown_call.hpp"

namespace ekiden::worker {
namespace {

/// What short callbacks together may take before the other ready connections have their turn.
constexpr std::chrono::microseconds kBudget{500};

}  // namespace

InlineRuns::InlineRuns(std::chrono::microseconds limit, std::uint32_t threads, PollingRole& role,
                       const shared::WorkerSlot& slot)
    : role_(role), slot_(slot), threads_(threads), short_runs_(limit) {}

bool InlineRuns::may_run() const noexcept {
  return spent_ < kBudget && slot_.busy.load(std::memory_order_relaxed) < threads_;
}

bool InlineRuns::run() {
  while (next_ < due_.size()) {
    const std::shared_ptr<Session> session = std::move(due_[next_++]);
    if (!may_run() || !role_.begin(*session)) {
      session->submit();
    } else if (!run_one(session)) {
      return false;
    }
  }
  due_.clear();
  next_ = 0;
  return true;
}

bool InlineRuns::run_one(const std::shared_ptr<Session>& session) {
  const std::string_view callback = session->callback();
  const bool watched = short_runs_.is_watched(callback);
  ThreadUse use = watched ? ThreadUse::now() : ThreadUse{};
  session->run();
  end_shown_call();
  if (watched) {
    const ThreadUse after = ThreadUse::now();
    use = {after.processor - use.processor, after.waits - use.waits};
  }
  if (!role_.end(session)) return false;
  spent_ += session->ran();
  short_runs_.ran_here(callback, session->ran(), use);
  session->callback_finished();
  return true;
}

void InlineRuns::ran_elsewhere(const Session& session) {
  if (session.was_admitted()) {
    short_runs_.held_up(session.callback());
  } else {
    short_runs_.ran_elsewhere(session.callback(), session.ran());
  }
}

}  // namespace ekiden::worker
