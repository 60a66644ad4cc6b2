// SPDX-License-Identifier: MIT
// What happens when the app's code writes to a sealed page.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>

#include "worker/seal/app_call.hpp"
#include "worker/seal/own_thread.hpp"
#include "worker/seal/seal.hpp"
#include "worker/seal/violation.hpp"

namespace ekiden::worker {

namespace {

struct sigaction action_before {};
std::terminate_handler terminate_before = nullptr;

/// What the handler leaves for refuse_write(), which runs on the same thread next.
struct Fault {
  Violation::Kind kind;
  std::uintptr_t address;
};
thread_local constinit Fault fault{};

extern "C" void ekiden_refuse_write();

/// Makes the interrupted code go on in ekiden_refuse_write, as if it had called that: on its own
/// stack, below the red zone, with its address and stack pointer where the unwinder is told to
/// look.
void go_to_refusal(mcontext_t& context) noexcept {
  constexpr std::uintptr_t kRedZone = 128;
  auto& stack_pointer = context.gregs[REG_RSP];
  auto& instruction = context.gregs[REG_RIP];
  auto* frame = reinterpret_cast<greg_t*>(
      (static_cast<std::uintptr_t>(stack_pointer) - kRedZone - 2 * sizeof(greg_t)) / 16 * 16);
  frame[0] = instruction;
  frame[1] = stack_pointer;
  stack_pointer = reinterpret_cast<greg_t>(frame);
  instruction = reinterpret_cast<greg_t>(&ekiden_refuse_write);
}

bool open_page(std::uintptr_t address) noexcept {
  constexpr std::uintptr_t kPage = 4096;
  return ::mprotect(reinterpret_cast<void*>(address / kPage * kPage), kPage,
                    PROT_READ | PROT_WRITE) == 0;
}

void on_fault(int, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  const SealedArea* area = info->si_code == SEGV_ACCERR ? sealed_area_of(address) : nullptr;
  if (area == nullptr) {
    // What was there before us has it: the instruction faults once more, but if somebody has sent
    // the signal it must be sent again.
    ::sigaction(SIGSEGV, &action_before, nullptr);
    if (info->si_code <= 0) {
      ::syscall(SYS_rt_tgsigqueueinfo, ::getpid(), ::syscall(SYS_gettid), SIGSEGV, info);
    }
    return;
  }
  if (seal_mode() == shared::SealMode::warn && area->kind != Violation::Kind::view) {
    note_violation(area->kind, address, nullptr);
    if (open_page(address)) return;
  }
  fault = {area->kind, address};
  go_to_refusal(static_cast<ucontext_t*>(context)->uc_mcontext);
}

/// Where no exception gets through, or none was caught.
[[noreturn]] void on_terminate() {
  AppCall* call = AppCall::current();
  if (call != nullptr && call->is_violated()) call->escape();
  if (is_own_thread_refused()) leave_own_thread(__builtin_return_address(0));
  if (terminate_before != nullptr) terminate_before();
  std::abort();
}

}  // namespace

extern "C" [[noreturn]] void ekiden_throw_global_write();

extern "C" void ekiden_throw_global_write() {
  note_violation(fault.kind, fault.address, nullptr);
  if (AppCall::current() == nullptr && is_own_thread()) settle_own_thread();
  throw GlobalWrite();
}

void watch_faults() {
  if (seal_mode() == shared::SealMode::off) return;
  struct sigaction action {};
  action.sa_sigaction = &on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigaction(SIGSEGV, &action, &action_before);
  terminate_before = std::set_terminate(&on_terminate);
}

}  // namespace ekiden::worker

// Never called: the handler jumps here. As in a signal's frame the interrupted instruction, at
// (%rsp), is not a call, and the interrupted stack pointer, at 8(%rsp), is the frame's address.
asm(R"(
.text
.hidden ekiden_refuse_write
.globl ekiden_refuse_write
.type ekiden_refuse_write, @function
ekiden_refuse_write:
  .cfi_startproc
  .cfi_signal_frame
  .cfi_escape 0x0f, 3, 0x77, 8, 0x06
  .cfi_escape 0x10, 16, 2, 0x77, 0
  call ekiden_throw_global_write
  ud2
  .cfi_endproc
.size ekiden_refuse_write, . - ekiden_refuse_write
)");
