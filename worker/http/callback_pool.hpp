// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "shared/running_call.hpp"
#include "worker/app/stack_sample.hpp"

namespace ekiden::worker {

/// The threads that run callbacks, and the queue in front of them.
///
/// At most `threads` callbacks run at once. A callback that waits for another's computation
/// (begin_wait … end_wait) does not count meanwhile: a spare thread, started when needed and
/// retired when idle, runs the next one. When its wait is over it goes on at once, so that for a
/// moment more than `threads` may run; no new one is started until the number has come down again.
///
/// Thread safety: all members from any thread. Fork: construct after it. Destruction joins all
/// threads, so it waits for callbacks that still run.
class CallbackPool {
  struct Thread;

 public:
  class Job {
   public:
    virtual ~Job() = default;
    virtual void run() noexcept = 0;
  };

  struct Options {
    std::uint32_t threads = 1;
    std::uint32_t queue_limit = 1024;  ///< jobs that may wait when no thread is free
    std::uint32_t max_spares = 16;     ///< threads beyond `threads`
    std::chrono::milliseconds spare_idle{2000};
    /// Called on a callback thread after each job.
    std::function<void(std::shared_ptr<Job>)> finished;
    /// Called with the number of jobs running or queued, waiting ones excluded, whenever it
    /// changes. The pool's lock is held: must be quick, must not call back.
    std::function<void(std::uint32_t)> busy_changed;
    /// Called with the number of threads held by jobs that were given up, each time it has grown
    /// to more than half of `threads`. As busy_changed.
    std::function<void(std::uint32_t)> lost_threads;
    /// Where the threads show what they call; see shown_call.hpp. nullptr: nowhere.
    shared::CallRow* shown = nullptr;
  };

  enum class Submitted { runs_now, queued, refused };

  /// Throws std::system_error if the threads cannot be started.
  explicit CallbackPool(Options options);
  CallbackPool(const CallbackPool&) = delete;
  CallbackPool& operator=(const CallbackPool&) = delete;
  ~CallbackPool();

  Submitted submit(std::shared_ptr<Job> job);
  /// Takes a job that nobody has begun, and that no free thread is about to begin, off the queue.
  bool withdraw(const Job& job);
  /// The first job that withdraw() could take off the queue, or null.
  std::shared_ptr<Job> next_in_queue() const;
  /// The first `most` of these into `jobs`; returns how many there are.
  std::size_t queued(std::vector<std::shared_ptr<Job>>& jobs, std::size_t most) const;

  /// What becomes of a job whose result nobody needs any more.
  struct GivenUp {
    enum class State {
      dropped,   ///< it was queued, and is not run
      running,   ///< it goes on
      waiting,   ///< for another's computation; it is called back, unless it computes itself
      finished,  ///< it has just been reported, or is about to be
    };
    State state;
    std::shared_ptr<StackSample> stack;  ///< where it is, if it goes on or waits
  };
  GivenUp give_up(const Job& job);
  /// True on the thread of a job that was given up. The pool then reckons that it ends soon.
  bool called_back() noexcept;

  /// A thread that is not the pool's, but may find itself running a job as if it were: see
  /// PollingRole. Made and destroyed on that thread; signals are handled on a stack of its own.
  class Guest {
   public:
    /// `may_take_long` is called when what the thread runs is about to wait for another's
    /// computation, or to compute a result itself.
    Guest(CallbackPool& pool, std::function<void()> may_take_long);
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest();

    /// From any thread: what the guest has used of a processor, and whether it would use one now.
    std::chrono::nanoseconds processor_time() const noexcept;
    bool is_runnable() const;

   private:
    friend class CallbackPool;
    CallbackPool& pool_;
    std::unique_ptr<Thread> thread_;
  };
  /// From now on the job, which the guest is running already, counts as if a thread of the pool had
  /// begun it.
  void adopt(Guest& guest, const Job& job);
  /// The calling guest's job, which was adopted, has ended; reports it as finished.
  void leave(std::shared_ptr<Job> job);

  /// The calling callback is about to compute a result that others may use.
  void begin_long() noexcept;
  /// The calling callback starts or stops waiting for another's computation. On threads that are
  /// not the pool's, nor adopted, these do nothing.
  void begin_wait() noexcept;
  void end_wait() noexcept;

  std::uint32_t busy() const;
  std::uint32_t thread_count() const;  ///< alive, spares included, guests not

 private:
  void start_thread(std::unique_lock<std::mutex>&);
  /// Unless there are as many as there may be.
  void start_spare(std::unique_lock<std::mutex>& lock) noexcept;
  void serve();
  std::uint32_t idle_threads() const noexcept;
  std::uint32_t free_threads() const noexcept;  ///< idle ones that may begin a job
  bool may_run() const noexcept { return !queue_.empty() && running_ < options_.threads; }
  /// More threads are there than the setting wants, the waiting ones left out.
  bool is_spare() const noexcept { return alive_ > options_.threads + waiting_; }
  bool wait_for_job(std::unique_lock<std::mutex>& lock);
  void take_place(Thread& thread);
  void publish() const;
  void count_lost() const;

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable work_;     // a job may be begun, or the pool stops
  std::condition_variable retired_;  // a thread has ended
  std::deque<std::shared_ptr<Job>> queue_;
  std::uint32_t running_ = 0;  // begun and not waiting
  std::uint32_t waiting_ = 0;  // begun and waiting for another's computation
  std::uint32_t alive_ = 0;
  std::uint32_t adopted_ = 0;     // jobs of guests, among running_ and waiting_
  std::vector<Thread*> threads_;  // alive, and past their start
  bool stopping_ = false;
};

}  // namespace ekiden::worker
