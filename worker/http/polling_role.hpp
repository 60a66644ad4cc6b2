// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "worker/http/callback_pool.hpp"

namespace ekiden::worker {

/// Polling is a role, not a thread. Whoever has it may run a job itself, if it has proved short. A
/// second thread, the deputy, looks now and then: if the same job still runs at its second look, or
/// at once if the job is about to wait or to compute for others, the deputy polls on. The thread
/// that runs the job counts as one of the pool's from then on, and becomes the deputy when it is
/// done:
///
///     thread A   polls ── job ─────────────────────────────> deputy
///     thread B   deputy ─ looks ── looks: takes over, polls ─────>
///
/// So a job that does not end holds up the others for two looks, and only one can: while there is
/// no deputy, nobody runs a job beside polling.
///
/// Thread safety: begin and end are the thread's that has the role, or had it at begin. Fork:
/// construct after it. Destruction waits for both threads.
class PollingRole {
 public:
  struct Options {
    /// Polls; on whichever thread has the role. True: all is over. False: the role was lost during
    /// a job, which has ended meanwhile.
    std::function<bool()> poll;
    std::chrono::milliseconds look_every{10};
  };

  /// REQUIRES: the pool outlives it.
  PollingRole(CallbackPool& pool, Options options);
  PollingRole(const PollingRole&) = delete;
  PollingRole& operator=(const PollingRole&) = delete;
  ~PollingRole();

  /// Has another thread poll, and waits until all is over.
  void run();

  /// The thread that polls is about to run `job`. False if nobody could take over: it must not.
  bool begin(const CallbackPool::Job& job);
  /// The job has ended. False if another thread polls meanwhile: the job has been reported to the
  /// pool, and this thread must touch nothing of the poller's any more and return from
  /// Options::poll.
  bool end(const std::shared_ptr<CallbackPool::Job>& job);

 private:
  enum Phase : std::uint64_t { idle, running, taken };
  static constexpr std::uint64_t word(std::uint64_t number, Phase phase) noexcept {
    return number << 2 | phase;
  }

  void start_thread(bool polls);
  void play(bool polls);
  bool await_turn(CallbackPool::Guest& self);
  bool look(std::uint64_t seen);
  bool take();
  bool is_starved() const;
  void hand_over();

  CallbackPool& pool_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable deputy_wakes_, changed_;
  std::atomic<std::uint64_t> run_{0};       // number of the job that was begun last, and its phase
  std::atomic<bool> deputy_waits_{false};   // there is somebody to take over
  std::atomic<bool> deputy_looks_{false};   // without being woken
  const CallbackPool::Job* job_ = nullptr;  // of run_
  std::uint64_t number_ = 0;
  bool has_deputy_ = false;  // has been started
  // Under the lock:
  CallbackPool::Guest* poller_ = nullptr;
  std::chrono::nanoseconds processor_seen_{0};  // used by the poller until the deputy's last look
  bool handed_over_ = false;
  bool over_ = false;
  int alive_ = 0;
};

}  // namespace ekiden::worker
