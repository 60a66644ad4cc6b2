// SPDX-License-Identifier: MIT
#include "worker/app/stack_sample.hpp"

#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "shared/clock.hpp"
#include "shared/futex.hpp"
#include "worker/seal/app_call.hpp"

namespace ekiden::worker {

namespace {

// Ignored unless handled, so that nothing happens to a process that is sent it by mistake, and of
// use only to those who read out-of-band data.
constexpr int kSignal = SIGURG;

thread_local constinit SampledThread* this_thread = nullptr;

struct Walk {
  std::span<std::uintptr_t> frames;
  std::size_t& size;
  const std::uintptr_t limit;  ///< of the stack; 0: none
  bool below_signal = false;   ///< the handler's own frames are above the interrupted one
};

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* data) {
  Walk& walk = *static_cast<Walk*>(data);
  int interrupted = 0;
  const std::uintptr_t address = _Unwind_GetIPInfo(context, &interrupted);
  walk.below_signal = walk.below_signal || interrupted != 0;
  if (!walk.below_signal) return _URC_NO_REASON;
  const bool beyond = walk.limit != 0 && _Unwind_GetCFA(context) > walk.limit;
  if (beyond || walk.size == walk.frames.size()) return _URC_END_OF_STACK;
  // A return address: the call is before it.
  walk.frames[walk.size++] = interrupted != 0 ? address : address - 1;
  return _URC_NO_REASON;
}

_Unwind_Reason_Code pass_frame(_Unwind_Context*, void*) { return _URC_NO_REASON; }

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
  const AppCall* const call = AppCall::outermost();
  Walk walk{sample->frames_, sample->size_, reinterpret_cast<std::uintptr_t>(call)};
  _Unwind_Backtrace(add_frame, &walk);
  sample->done_.store(1, std::memory_order_release);
  shared::futex_wake_all(sample->done_);
}

void SampledThread::on_signal(int) {
  const int before = errno;
  if (this_thread != nullptr) this_thread->answer();
  errno = before;
}

void watch_samples() {
  // The unwinder prepares itself when it is used first, which a handler must not do.
  _Unwind_Backtrace(pass_frame, nullptr);
  struct sigaction action {};
  action.sa_handler = &SampledThread::on_signal;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  ::sigaction(kSignal, &action, nullptr);
}

}  // namespace ekiden::worker
