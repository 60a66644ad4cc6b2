// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace ekiden::worker {

/// Where a thread was when it was asked: code addresses as trace_of() takes them, innermost first,
/// down to where Ekiden called the app, or down to the thread's start if it had not.
class StackSample {
 public:
  /// Waits until the thread has answered; empty if it has not within `patience`, as a thread that
  /// the kernel does not let go.
  std::span<const std::uintptr_t> wait(std::chrono::milliseconds patience) const noexcept;

 private:
  friend class SampledThread;

  std::array<std::uintptr_t, 64> frames_{};
  std::size_t size_ = 0;
  mutable std::atomic<std::uint32_t> done_{0};
};

/// The calling thread, while the object lives, as one that others may ask where it is. It is
/// interrupted by SIGURG, whose handler notes addresses and nothing else; what it waits for in the
/// kernel is resumed, or ends early with EINTR where the system has it so (poll, sleep).
///
/// Thread safety: made and destroyed on its thread; sample from any, one at a time, while it lives.
/// Fork: made after it, when watch_samples() has been called.
class SampledThread {
 public:
  SampledThread() noexcept;
  SampledThread(const SampledThread&) = delete;
  SampledThread& operator=(const SampledThread&) = delete;
  ~SampledThread();

  /// Asks the thread. Does not wait for it.
  std::shared_ptr<StackSample> sample();

 private:
  static void on_signal(int);
  friend void watch_samples();
  void answer() noexcept;

  const pid_t thread_;
  std::atomic<StackSample*> wanted_{nullptr};
  std::shared_ptr<StackSample> last_;  // the handler may still touch it
};

/// Installs the handler. In a worker, before there are threads.
void watch_samples();

}  // namespace ekiden::worker
