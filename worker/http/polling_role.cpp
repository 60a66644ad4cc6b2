// SPDX-License-Identifier: MIT
#include "worker/http/polling_role.hpp"

#include <pthread.h>

#include <exception>
#include <system_error>
#include <thread>
#include <utility>

#include "shared/log.hpp"
#include "worker/app/crash_report.hpp"

namespace ekiden::worker {
namespace {

/// Without a job for so many looks the deputy sleeps until there is one.
constexpr int kIdleLooks = 50;

/// Where the C library lets a thread be cancelled, each call of the kernel costs two atomic changes
/// of the kind of cancelling. It leaves them out where the kind is already the right one; and as
/// cancelling is turned off, it does not matter which one that is.
void refuse_cancelling() noexcept {
  ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
  ::pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
}

}  // namespace

PollingRole::PollingRole(CallbackPool& pool, Options options)
    : pool_(pool), options_(std::move(options)) {}

PollingRole::~PollingRole() {
  std::unique_lock lock(mutex_);
  over_ = true;
  deputy_wakes_.notify_all();
  changed_.wait(lock, [this] { return alive_ == 0; });
}

/// Threads are detached and counted: one that a job holds is not waited for when all is over.
void PollingRole::start_thread(bool polls) {
  const std::lock_guard lock(mutex_);
  std::thread([this, polls] { play(polls); }).detach();
  ++alive_;
}

void PollingRole::run() {
  start_thread(true);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return over_; });
}

void PollingRole::play(bool polls) {
  refuse_cancelling();
  bool ended = false;
  {
    CallbackPool::Guest self(pool_, [this] { hand_over(); });
    if (polls) {
      const std::lock_guard lock(mutex_);
      poller_ = &self;
    }
    while (!ended && (polls || await_turn(self))) {
      set_polling_thread();
      ended = options_.poll();
      polls = false;
    }
    // Before the guest goes: the deputy looks at it no more.
    const std::lock_guard lock(mutex_);
    over_ = over_ || ended;
  }
  const std::lock_guard lock(mutex_);
  --alive_;
  deputy_wakes_.notify_all();
  changed_.notify_all();
}

bool PollingRole::begin(const CallbackPool::Job& job) {
  if (!deputy_waits_.load(std::memory_order_acquire)) {
    if (!std::exchange(has_deputy_, true)) {
      try {
        start_thread(false);
      } catch (const std::system_error& error) {
        shared::log(
            shared::LogLevel::warning,
            "no second thread to poll, so short callbacks stay with the callback threads: {}",
            error.what());
      }
    }
    return false;
  }
  job_ = &job;
  run_.store(word(++number_, running));
  if (!deputy_looks_.load()) {
    const std::lock_guard lock(mutex_);
    deputy_looks_ = true;
    deputy_wakes_.notify_one();
  }
  return true;
}

bool PollingRole::end(const std::shared_ptr<CallbackPool::Job>& job) {
  std::uint64_t mine = word(number_, running);
  if (run_.compare_exchange_strong(mine, word(number_, idle))) return true;
  // Whoever took the role holds the lock until the pool knows of this thread.
  { const std::lock_guard lock(mutex_); }
  pool_.leave(job);
  return false;
}

/// The deputy's part. True: it has the role. False: all is over.
bool PollingRole::await_turn(CallbackPool::Guest& self) {
  std::unique_lock lock(mutex_);
  deputy_waits_ = true;
  deputy_looks_ = false;
  std::uint64_t seen = 0;
  int idle_looks = 0;
  while (!over_ && !handed_over_) {
    if (deputy_looks_) {
      deputy_wakes_.wait_for(lock, options_.look_every);
    } else {
      deputy_wakes_.wait(lock);
    }
    if (over_ || handed_over_) break;
    if (look(seen)) break;
    const std::uint64_t now = run_.load();
    idle_looks = now == seen ? idle_looks + 1 : 0;
    seen = now;
    // Whoever begins a job after this sees that it must wake the deputy, or is seen here.
    deputy_looks_ = idle_looks < kIdleLooks;
    if (!deputy_looks_ && run_.load() != seen) deputy_looks_ = true;
  }
  if (over_) return false;
  handed_over_ = false;
  deputy_waits_ = false;
  poller_ = &self;
  return true;
}

/// True if the job that ran at the last look still does, and the role has been taken from it.
bool PollingRole::look(std::uint64_t seen) {
  const std::uint64_t now = run_.load();
  if ((now & 3U) != running) return false;
  const bool starved = now != seen || is_starved();
  processor_seen_ = poller_->processor_time();
  return !starved && take();
}

/// A thread that only lacks a processor would not be helped by another one that wants it, too.
bool PollingRole::is_starved() const {
  return poller_->processor_time() - processor_seen_ < options_.look_every / 4 &&
         poller_->is_runnable();
}

/// Takes the role from the job that runs. REQUIRES: the lock.
bool PollingRole::take() {
  std::uint64_t now = run_.load();
  if ((now & 3U) != running) return false;
  if (!run_.compare_exchange_strong(now, (now & ~std::uint64_t{3}) | taken)) return false;
  pool_.adopt(*poller_, *job_);
  return true;
}

/// Called on the thread that polls, by its job: it may take long from here on.
void PollingRole::hand_over() {
  const std::lock_guard lock(mutex_);
  if (!take()) return;
  handed_over_ = true;
  deputy_wakes_.notify_one();
}

}  // namespace ekiden::worker
