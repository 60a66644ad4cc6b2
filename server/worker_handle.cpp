// SPDX-License-Identifier: MIT
#include "server/worker_handle.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace ekiden::server {
namespace {

constexpr std::uint64_t kAbortGrace = 1'000'000'000;

}  // namespace

WorkerHandle::WorkerHandle(std::uint32_t number_, std::uint32_t slot_, std::uint32_t generation_,
                           Descriptor channel_, std::uint64_t now)
    : number(number_),
      slot(slot_),
      generation(generation_),
      born_ns(now),
      channel(std::move(channel_)) {}

void WorkerHandle::said_hello(pid_t pid) {
  process = Process(pid);
  if (leaving()) process.send_signal(leave_signal_);
}

void WorkerHandle::ask_to_leave(int signal, std::uint64_t deadline, std::string reason) {
  state = shared::WorkerState::draining;
  leave_signal_ = signal;
  leave_by_ns_ = std::min(leave_by_ns_, deadline);
  leave_reason_ = std::move(reason);
  process.send_signal(signal);
}

void WorkerHandle::was_asked_to_leave(std::uint64_t deadline, std::string reason) {
  state = shared::WorkerState::draining;
  leave_signal_ = SIGTERM;
  leave_by_ns_ = deadline;
  leave_reason_ = std::move(reason);
}

std::uint64_t WorkerHandle::enforce_deadline(std::uint64_t now) {
  if (!process || killed_) return UINT64_MAX;
  if (now < leave_by_ns_) return leave_by_ns_;
  kill_reason_ = leave_reason_;
  killed_ = true;
  process.send_signal(SIGKILL);
  return UINT64_MAX;
}

std::uint64_t WorkerHandle::check_heartbeat(std::uint64_t heartbeat_ns,
                                            std::chrono::nanoseconds timeout, std::uint64_t now) {
  if (timeout.count() == 0 || !process || killed_) return UINT64_MAX;
  const std::uint64_t due =
      std::max(heartbeat_ns, born_ns) + static_cast<std::uint64_t>(timeout.count());
  if (aborted_ns_ == 0) {
    if (now < due) return due;
    aborted_ns_ = now;
    kill_reason_ = fmt::format("heartbeat older than --timeout {} s",
                               std::chrono::duration<double>(timeout).count());
    process.send_signal(SIGABRT);
  }
  const std::uint64_t kill_at = aborted_ns_ + kAbortGrace;
  if (now < kill_at) return kill_at;
  killed_ = true;
  process.send_signal(SIGKILL);
  return UINT64_MAX;
}

std::string WorkerHandle::cause_of_death(const siginfo_t& info, shared::OomWatch& oom) const {
  const bool by_signal = info.si_code != CLD_EXITED;
  if (!kill_reason_.empty() && (killed_ || !by_signal || info.si_status == SIGABRT)) {
    return fmt::format("killed by the master: {}", kill_reason_);
  }
  std::string cause = describe_exit(info);
  if (by_signal && info.si_status == SIGKILL) cause += oom.explain();
  return cause;
}

bool WorkerHandle::left_as_asked(const siginfo_t& info) const {
  if (!leaving() || !kill_reason_.empty()) return false;
  return info.si_code == CLD_EXITED ? info.si_status == 0 : info.si_status == leave_signal_;
}

}  // namespace ekiden::server
