// SPDX-License-Identifier: MIT
#include "worker/app/interrupted_stack.hpp"

#include <sys/mman.h>
#include <unwind.h>

#include <csignal>
#include <new>

#include "worker/seal/app_call.hpp"

namespace ekiden::worker {

namespace {

constexpr std::size_t kSignalStackBytes = 64U << 10;

struct Walk {
  std::span<std::uintptr_t> frames;
  const std::uintptr_t limit;  ///< of the stack; 0: none
  std::size_t size = 0;
  bool below_signal = false;  ///< the handler's own frames are above the interrupted one
};

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* data) {
  Walk& walk = *static_cast<Walk*>(data);
  int interrupted = 0;
  const std::uintptr_t address = _Unwind_GetIPInfo(context, &interrupted);
  walk.below_signal = walk.below_signal || interrupted != 0;
  if (!walk.below_signal) return _URC_NO_REASON;
  const bool beyond = interrupted == 0 && walk.limit != 0 && _Unwind_GetCFA(context) > walk.limit;
  if (beyond || walk.size == walk.frames.size()) return _URC_END_OF_STACK;
  // A return address: the call is before it.
  walk.frames[walk.size++] = interrupted != 0 ? address : address - 1;
  return _URC_NO_REASON;
}

_Unwind_Reason_Code pass_frame(_Unwind_Context*, void*) { return _URC_NO_REASON; }

}  // namespace

std::size_t note_interrupted_stack(std::span<std::uintptr_t> frames) noexcept {
  Walk walk{frames, reinterpret_cast<std::uintptr_t>(AppCall::outermost())};
  _Unwind_Backtrace(add_frame, &walk);
  if (walk.size == 0) {
    // Not called by the kernel: ThreadSanitizer calls handlers later, where it suits it.
    walk.below_signal = true;
    _Unwind_Backtrace(add_frame, &walk);
  }
  return walk.size;
}

void prepare_stack_walks() noexcept { _Unwind_Backtrace(pass_frame, nullptr); }

SignalStack::SignalStack()
    : memory_(::mmap(nullptr, kSignalStackBytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
  if (memory_ == MAP_FAILED) throw std::bad_alloc();
  stack_t stack{};
  stack.ss_sp = memory_;
  stack.ss_size = kSignalStackBytes;
  ::sigaltstack(&stack, nullptr);
}

SignalStack::~SignalStack() {
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  ::munmap(memory_, kSignalStackBytes);
}

}  // namespace ekiden::worker
