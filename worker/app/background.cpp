// SPDX-License-Identifier: MIT
#include "worker/app/background.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "shared/log.hpp"
#include "worker/seal/report.hpp"
#include "worker/seal/violation.hpp"

namespace ekiden::worker {
namespace {

constexpr std::uint32_t kMostThreads = 4;

/// Threads start when they are needed first and stay.
class Background {
 public:
  void add(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    if (idle_ < jobs_.size() && threads_ < kMostThreads) {
      ++threads_;
      std::thread([this] { serve(); }).detach();
    }
    work_.notify_one();
  }

 private:
  [[noreturn]] void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      ++idle_;
      work_.wait(lock, [this] { return !jobs_.empty(); });
      --idle_;
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      run(job);
      lock.lock();
    }
  }
  static void run(const std::function<void()>& job) {
    const Culprit culprit{"a memoized function, computed again in the background,", {}, {}};
    try {
      job();
    } catch (const std::exception& error) {
      shared::log(shared::LogLevel::warning, "in the background: {}", error.what());
    } catch (...) {
      shared::log(shared::LogLevel::warning, "in the background: an exception of unknown type");
    }
    if (const auto violation = take_violation()) report_violation(*violation, culprit);
  }

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::function<void()>> jobs_;
  std::size_t idle_ = 0;
  std::uint32_t threads_ = 0;
};

}  // namespace

void run_in_background(std::function<void()> job) {
  static auto& background = *new Background;  // its threads never end, so neither does it
  background.add(std::move(job));
}

}  // namespace ekiden::worker
