// SPDX-License-Identifier: MIT
#include "worker/http/callback_pool.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "shared/clock.hpp"
#include "shared/log.hpp"
#include "worker/app/interrupted_stack.hpp"
#include "worker/shown_call.hpp"

namespace ekiden::worker {

namespace {

/// The thread that polls, and its deputy.
constexpr std::size_t kMaxGuests = 2;

}  // namespace

/// A thread of the pool; its own, but for what the lock guards.
struct CallbackPool::Thread {
  explicit Thread(CallbackPool& of) : pool(of) {
    ::pthread_getcpuclockid(::pthread_self(), &clock);
  }

  CallbackPool& pool;
  const pid_t id = ::gettid();
  clockid_t clock{};  // of what it has used
  SignalStack signal_stack;
  SampledThread where;
  std::function<void()> may_take_long = {};  // of a guest
  // Under the lock:
  std::uint32_t place = 0;  // no other thread that is alive has it
  const Job* job = nullptr;
  bool waits = false;
  // Of the job; the thread itself looks without the lock:
  enum class Standing { needed, given_up, called_back };
  std::atomic<Standing> standing{Standing::needed};

  bool is_lost() const noexcept { return standing == Standing::given_up && !waits; }

  static inline thread_local Thread* current = nullptr;
};

CallbackPool::CallbackPool(Options options) : options_(std::move(options)) {
  std::unique_lock lock(mutex_);
  threads_.reserve(options_.threads + options_.max_spares + kMaxGuests);
  for (std::uint32_t i = 0; i < options_.threads; ++i) start_thread(lock);
}

CallbackPool::~CallbackPool() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  work_.notify_all();
  retired_.wait(lock, [this] { return alive_ == 0; });
}

/// Threads are detached and counted, so that a spare can retire without anybody to join it.
void CallbackPool::start_thread(std::unique_lock<std::mutex>&) {
  std::thread([this] { serve(); }).detach();
  ++alive_;
}

void CallbackPool::start_spare(std::unique_lock<std::mutex>& lock) noexcept {
  if (alive_ == options_.threads + options_.max_spares) return;
  try {
    start_thread(lock);
  } catch (const std::system_error& error) {
    shared::log(shared::LogLevel::warning, "no spare callback thread: {}", error.what());
  }
}

CallbackPool::Submitted CallbackPool::submit(std::shared_ptr<Job> job) {
  std::unique_lock lock(mutex_);
  // One that waits may have given its slot back when there was a thread to take it, which since has
  // got another.
  const std::size_t jobs = queue_.size() + 1;
  if (running_ < options_.threads &&
      std::min<std::size_t>(jobs, options_.threads - running_) > idle_threads()) {
    start_spare(lock);
  }
  const bool free_thread = queue_.size() < free_threads();
  if (!free_thread && queue_.size() >= options_.queue_limit) return Submitted::refused;
  queue_.push_back(std::move(job));
  if (running_ < options_.threads) work_.notify_one();
  publish();
  return free_thread ? Submitted::runs_now : Submitted::queued;
}

std::uint32_t CallbackPool::idle_threads() const noexcept {
  return alive_ + adopted_ - waiting_ - running_;
}

std::uint32_t CallbackPool::free_threads() const noexcept {
  return running_ < options_.threads ? std::min(options_.threads - running_, idle_threads()) : 0;
}

bool CallbackPool::withdraw(const Job& job) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t about_to_run = free_threads();
  if (queue_.size() <= about_to_run) return false;
  const auto first = queue_.begin() + about_to_run;
  const auto found = std::find_if(first, queue_.end(),
                                  [&job](const auto& queued) { return queued.get() == &job; });
  if (found == queue_.end()) return false;
  queue_.erase(found);
  publish();
  return true;
}

std::shared_ptr<CallbackPool::Job> CallbackPool::next_in_queue() const {
  const std::lock_guard lock(mutex_);
  const std::uint32_t about_to_run = free_threads();
  return queue_.size() > about_to_run ? queue_[about_to_run] : nullptr;
}

std::size_t CallbackPool::queued(std::vector<std::shared_ptr<Job>>& jobs, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  const std::size_t about_to_run = free_threads();
  const std::size_t count = queue_.size() - std::min(queue_.size(), about_to_run);
  const auto first = queue_.end() - static_cast<std::ptrdiff_t>(count);
  jobs.assign(first, first + static_cast<std::ptrdiff_t>(std::min(count, most)));
  return count;
}

CallbackPool::GivenUp CallbackPool::give_up(const Job& job) {
  const std::lock_guard lock(mutex_);
  const auto queued = std::find_if(queue_.begin(), queue_.end(),
                                   [&job](const auto& one) { return one.get() == &job; });
  if (queued != queue_.end()) {
    queue_.erase(queued);
    publish();
    count_lost();  // one that was computing for others may have stopped to wait since
    return {GivenUp::State::dropped, nullptr};
  }
  const auto found = std::find_if(threads_.begin(), threads_.end(),
                                  [&job](const Thread* one) { return one->job == &job; });
  if (found == threads_.end()) return {GivenUp::State::finished, nullptr};
  Thread& thread = **found;
  thread.standing = Thread::Standing::given_up;
  count_lost();
  // The signal that takes the sample also ends the sleep of a thread that waits.
  return {thread.waits ? GivenUp::State::waiting : GivenUp::State::running, thread.where.sample()};
}

bool CallbackPool::called_back() noexcept {
  Thread* const self = Thread::current;
  if (self == nullptr || &self->pool != this || self->standing == Thread::Standing::needed) {
    return false;
  }
  self->standing = Thread::Standing::called_back;
  return true;
}

void CallbackPool::count_lost() const {
  const auto lost = static_cast<std::uint32_t>(std::count_if(
      threads_.begin(), threads_.end(), [](const Thread* one) { return one->is_lost(); }));
  if (options_.lost_threads && lost > options_.threads / 2) options_.lost_threads(lost);
}

void CallbackPool::begin_long() noexcept {
  Thread* const self = Thread::current;
  if (self != nullptr && &self->pool == this && self->may_take_long) self->may_take_long();
}

void CallbackPool::begin_wait() noexcept {
  Thread* const self = Thread::current;
  if (self == nullptr || &self->pool != this) return;
  if (self->may_take_long) self->may_take_long();
  std::unique_lock lock(mutex_);
  if (self->job == nullptr) return;
  self->waits = true;
  set_shown_call_waits(true);
  --running_;
  ++waiting_;
  publish();
  // Somebody must be there to take the slot that has just been given back.
  if (idle_threads() == 0) start_spare(lock);
  work_.notify_one();
}

void CallbackPool::end_wait() noexcept {
  Thread* const self = Thread::current;
  if (self == nullptr || &self->pool != this) return;
  const std::lock_guard lock(mutex_);
  if (self->job == nullptr) return;
  self->waits = false;
  set_shown_call_waits(false);
  --waiting_;
  ++running_;
  publish();
}

/// False if the thread should end: the pool stops, or this spare has been idle long enough.
bool CallbackPool::wait_for_job(std::unique_lock<std::mutex>& lock) {
  while (!stopping_ && !may_run()) {
    const bool spare = is_spare();
    if (!spare) {
      work_.wait(lock);
    } else if (work_.wait_for(lock, options_.spare_idle) == std::cv_status::timeout && !may_run() &&
               is_spare()) {
      return false;
    }
  }
  return !stopping_;
}

/// The lowest that is free from the one on that it has, so that few are ever used.
void CallbackPool::take_place(Thread& thread) {
  const auto is_taken = [this](std::uint32_t place) {
    return std::any_of(threads_.begin(), threads_.end(),
                       [place](const Thread* one) { return one->place == place; });
  };
  while (is_taken(thread.place)) ++thread.place;
  threads_.push_back(&thread);
  shared::CallRow* const shown = options_.shown;
  if (shown == nullptr || thread.place >= shown->threads.size()) return;
  show_calls_in(&shown->threads[thread.place].call);
  const std::uint32_t used = shown->used.load(std::memory_order_relaxed);
  shown->used.store(std::max(used, thread.place + 1), std::memory_order_relaxed);
}

void CallbackPool::serve() {
  Thread self(*this);
  Thread::current = &self;
  std::unique_lock lock(mutex_);
  take_place(self);
  while (wait_for_job(lock)) {
    std::shared_ptr<Job> job = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    self.job = job.get();
    lock.unlock();
    job->run();
    end_shown_call();
    lock.lock();
    self.job = nullptr;
    self.standing = Thread::Standing::needed;
    --running_;
    publish();
    lock.unlock();
    options_.finished(std::move(job));
    lock.lock();
  }
  std::erase(threads_, &self);
  --alive_;
  retired_.notify_all();
}

CallbackPool::Guest::Guest(CallbackPool& pool, std::function<void()> may_take_long)
    : pool_(pool), thread_(std::make_unique<Thread>(pool)) {
  thread_->may_take_long = std::move(may_take_long);
  const std::lock_guard lock(pool_.mutex_);
  thread_->place = pool_.options_.threads;  // behind those of the pool
  pool_.take_place(*thread_);
  Thread::current = thread_.get();
}

CallbackPool::Guest::~Guest() {
  const std::lock_guard lock(pool_.mutex_);
  std::erase(pool_.threads_, thread_.get());
  Thread::current = nullptr;
}

std::chrono::nanoseconds CallbackPool::Guest::processor_time() const noexcept {
  return std::chrono::nanoseconds(shared::monotonic_ns(thread_->clock));
}

bool CallbackPool::Guest::is_runnable() const {
  std::ifstream file(fmt::format("/proc/self/task/{}/stat", thread_->id));
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(") ");  // the name may hold anything
  return name_end != std::string::npos && line[name_end + 2] == 'R';
}

void CallbackPool::adopt(Guest& guest, const Job& job) {
  const std::lock_guard lock(mutex_);
  guest.thread_->job = &job;
  ++adopted_;
  ++running_;
  publish();
}

void CallbackPool::leave(std::shared_ptr<Job> job) {
  {
    const std::lock_guard lock(mutex_);
    Thread::current->job = nullptr;
    Thread::current->standing = Thread::Standing::needed;
    --adopted_;
    --running_;
    if (may_run()) work_.notify_one();
    publish();
  }
  options_.finished(std::move(job));
}

void CallbackPool::publish() const {
  if (options_.busy_changed) {
    options_.busy_changed(running_ + static_cast<std::uint32_t>(queue_.size()));
  }
}

std::uint32_t CallbackPool::busy() const {
  const std::lock_guard lock(mutex_);
  return running_ + static_cast<std::uint32_t>(queue_.size());
}

std::uint32_t CallbackPool::thread_count() const {
  const std::lock_guard lock(mutex_);
  return alive_;
}

}  // namespace ekiden::worker
