// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ekiden::worker {

/// In a signal's handler: notes the code addresses of the interrupted thread as trace_of() takes
/// them, innermost first, down to where Ekiden called the app, or down to the thread's start if it
/// had not. Returns how many there are. Async-signal-safe once prepare_stack_walks() was called.
std::size_t note_interrupted_stack(std::span<std::uintptr_t> frames) noexcept;

/// The unwinder prepares itself when it is used first, which a handler must not do.
void prepare_stack_walks() noexcept;

/// A stack for the calling thread's signal handlers, while it lives: the thread's own may be what
/// has run out. Throws std::bad_alloc.
class SignalStack {
 public:
  SignalStack();
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;
  ~SignalStack();

 private:
  void* memory_;
};

}  // namespace ekiden::worker
