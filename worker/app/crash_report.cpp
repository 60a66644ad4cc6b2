// SPDX-License-Identifier: MIT
#include "worker/app/crash_report.hpp"

#include <fmt/format.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <string>
#include <thread>

#include "shared/clock.hpp"
#include "shared/futex.hpp"
#include "shared/log.hpp"
#include "worker/app/interrupted_stack.hpp"
#include "worker/app/throw_trace.hpp"
#include "worker/seal/sanitizer.hpp"

namespace ekiden::worker {

namespace {

constexpr auto kSignals =
    std::to_array({SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS});
constexpr std::chrono::milliseconds kPatience{3000};

/// What the handler leaves for the thread that reports.
struct Crash {
  std::atomic<std::uint32_t> happened{0}, reported{0};
  int signal = 0;
  pid_t sender = 0;  ///< 0: the kernel
  std::uintptr_t address = 0;
  std::array<std::uintptr_t, 64> frames{};
  std::size_t frame_count = 0;
  pid_t master = 0;
};
constinit Crash crash;
constinit std::atomic<pid_t> crashed_thread{0};
constinit std::atomic<pid_t> polling_thread{0};

std::string name_of(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

std::string what_happened() {
  const std::string name = name_of(crash.signal);
  if (crash.sender == 0) return fmt::format("crashes by {}, address {:#x}:", name, crash.address);
  if (crash.sender == ::getpid()) return fmt::format("crashes by a {} of its own:", name);
  if (crash.sender == crash.master) {
    return "is aborted by the master; its polling thread is here:";
  }
  return fmt::format("crashes by {} from process {}:", name, crash.sender);
}

void report() {
  try {
    shared::log(shared::LogLevel::critical, "{}", what_happened());
    for (const std::string& line : stack_lines({crash.frames.data(), crash.frame_count})) {
      shared::log(shared::LogLevel::critical, "  {}", line);
    }
  } catch (const std::exception& error) {
    shared::log(shared::LogLevel::critical, "its stack cannot be shown: {}", error.what());
  }
}

void wait_and_report() {
  while (crash.happened.load(std::memory_order_acquire) == 0) {
    shared::futex_wait(crash.happened, 0, std::chrono::hours(24));
  }
  report();
  crash.reported.store(1, std::memory_order_release);
  shared::futex_wake_all(crash.reported);
}

void wait_for_report() noexcept {
  const std::uint64_t deadline =
      shared::monotonic_ns() +
      static_cast<std::uint64_t>(std::chrono::nanoseconds(kPatience).count());
  while (crash.reported.load(std::memory_order_acquire) == 0 && shared::monotonic_ns() < deadline) {
    shared::futex_wait(crash.reported, 0, std::chrono::milliseconds(100));
  }
}

/// The signal is blocked until the handler returns; then it ends the process.
void die_of(int signal) noexcept {
  ::signal(signal, SIG_DFL);
  ::syscall(SYS_tgkill, ::getpid(), ::syscall(SYS_gettid), signal);
}

/// The master aborts the process, and means the thread that polls; the kernel takes the first one
/// that will do.
bool pass_on(int signal, const siginfo_t& info, pid_t self) noexcept {
  const pid_t meant = polling_thread.load();
  const bool from_master =
      signal == SIGABRT && info.si_code <= 0 && crash.master != 0 && info.si_pid == crash.master;
  if (!from_master || meant == 0 || meant == self) return false;
  siginfo_t same = info;
  same.si_code = SI_QUEUE;  // the kernel lets threads pass nothing else on to each other
  return ::syscall(SYS_rt_tgsigqueueinfo, ::getpid(), meant, signal, &same) == 0;
}

void on_crash(int signal, siginfo_t* info, void*) {
  pid_t nobody = 0;
  const auto self = static_cast<pid_t>(::syscall(SYS_gettid));
  if (pass_on(signal, *info, self)) return;
  if (!crashed_thread.compare_exchange_strong(nobody, self)) {
    // Another thread crashed first, and all end with it.
    while (nobody != self) ::pause();
    return die_of(signal);
  }
  crash.signal = signal;
  crash.sender = info->si_code <= 0 ? info->si_pid : 0;
  crash.address = reinterpret_cast<std::uintptr_t>(info->si_code > 0 ? info->si_addr : nullptr);
  crash.frame_count = note_interrupted_stack(crash.frames);
  crash.happened.store(1, std::memory_order_release);
  shared::futex_wake_all(crash.happened);
  wait_for_report();
  die_of(signal);
}

/// It gets no signal: not those of crashes, lest it waits for itself, and no others.
void start_reporter() {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread(wait_and_report).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

void set_polling_thread() noexcept { polling_thread = ::gettid(); }

void watch_crashes(pid_t master) {
  if constexpr (EKIDEN_HAS_SANITIZER_MALLOC) return;
  crash.master = master;
  prepare_stack_walks();
  static_cast<void>(new SignalStack);  // as long as the process lives
  start_reporter();
  struct sigaction action {};
  action.sa_sigaction = &on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : kSignals) ::sigaction(signal, &action, nullptr);
}

}  // namespace ekiden::worker
