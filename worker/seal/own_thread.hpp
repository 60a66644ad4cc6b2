// SPDX-License-Identifier: MIT
// Threads that the app's code starts itself while Ekiden calls it.
#pragma once

#include <cstdint>
#include <memory>

#include "worker/seal/call_account.hpp"

namespace ekiden::worker {

/// The account of the call that started this thread, if the app's code did so; else null.
std::shared_ptr<CallAccount> inherited_account() noexcept;
bool is_own_thread() noexcept;

/// Hands on what this thread has noted to the call that started it, or, where that is over, reports
/// it. REQUIRES: is_own_thread().
void settle_own_thread();

/// Whether this is a thread of the app's that was refused a write.
bool is_own_thread_refused() noexcept;

/// Called by the terminate handler, which returns to `code`: ends the thread as pthread_exit does,
/// so that std::async and promises let those go who wait for them.
/// REQUIRES: is_own_thread_refused().
[[noreturn]] void leave_own_thread(void* code);
/// Whether leave_own_thread() unwinds this thread.
bool is_leaving_own_thread() noexcept;
/// Whether that is to unwind this function, which calls terminate handlers and would let nothing
/// through.
bool is_way_out(std::uintptr_t function) noexcept;

}  // namespace ekiden::worker
