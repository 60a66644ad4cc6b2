// SPDX-License-Identifier: MIT
#include "worker/app/stack_sample.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "shared/clock.hpp"
#include "shared/futex.hpp"
#include "worker/app/interrupted_stack.hpp"

namespace ekiden::worker {

namespace {

// Ignored unless handled, so that nothing happens to a process that is sent it by mistake, and of
// use only to those who read out-of-band data.
constexpr int kSignal = SIGURG;

thread_local constinit SampledThread* this_thread = nullptr;

}  // namespace

std::span<const std::uintptr_t> StackSample::wait(
    std::chrono::milliseconds patience) const noexcept {
  const std::uint64_t deadline =
      shared::monotonic_ns() +
      static_cast<std::uint64_t>(std::chrono::nanoseconds(patience).count());
  while (done_.load(std::memory_order_acquire) == 0) {
    const std::uint64_t now = shared::monotonic_ns();
    if (now >= deadline) return {};
    const std::chrono::nanoseconds left(deadline - now);
    shared::futex_wait(done_, 0, std::chrono::ceil<std::chrono::milliseconds>(left));
  }
  return {frames_.data(), size_};
}

SampledThread::SampledThread() noexcept : thread_(static_cast<pid_t>(::syscall(SYS_gettid))) {
  this_thread = this;
}

SampledThread::~SampledThread() { this_thread = nullptr; }

std::shared_ptr<StackSample> SampledThread::sample() {
  last_ = std::make_shared<StackSample>();
  wanted_.store(last_.get(), std::memory_order_release);
  ::syscall(SYS_tgkill, ::getpid(), thread_, kSignal);
  return last_;
}

void SampledThread::answer() noexcept {
  StackSample* const sample = wanted_.exchange(nullptr, std::memory_order_acquire);
  if (sample == nullptr) return;
  sample->size_ = note_interrupted_stack(sample->frames_);
  sample->done_.store(1, std::memory_order_release);
  shared::futex_wake_all(sample->done_);
}

void SampledThread::on_signal(int) {
  const int before = errno;
  if (this_thread != nullptr) this_thread->answer();
  errno = before;
}

void watch_samples() {
  prepare_stack_walks();
  struct sigaction action {};
  action.sa_handler = &SampledThread::on_signal;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  ::sigaction(kSignal, &action, nullptr);
}

}  // namespace ekiden::worker
