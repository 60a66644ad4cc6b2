// SPDX-License-Identifier: MIT
#include "server/mold_process.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "server/inventory.hpp"
#include "server/process_title.hpp"
#include "server/signals.hpp"
#include "shared/clock.hpp"
#include "shared/log.hpp"
#include "shared/log_file.hpp"
#include "shared/scoreboard.hpp"

namespace ekiden::server {
namespace {

using shared::Heritage;
using shared::log;
using shared::LogLevel;

constexpr int kLoadFailed = 4;

struct MoldProcess {
  Heritage heritage;
  AppCode code;
  Descriptor channel;
};

/// Waits until the process in between is gone and the master, as subreaper, is the parent. Only
/// then does PDEATHSIG mean the master's death; set earlier it would fire at once.
void wait_for_adoption(pid_t between, pid_t master) noexcept {
  const timespec pause{0, 50'000};
  while (getppid() == between) nanosleep(&pause, nullptr);
  die_with(master);
}

void close_foreign_descriptors(const Heritage& heritage, int channel) {
  std::vector<int> kept = heritage.listeners;
  for (const int one : {channel, heritage.access_log, heritage.error_log}) {
    if (one >= 0) kept.push_back(one);
  }
  close_all_but(std::move(kept));
}

/// The life of a worker, in the process that was forked for it.
[[noreturn]] void become_worker(MoldProcess& mold, SpawnOrder order, int channel,
                                pid_t between) noexcept {
  wait_for_adoption(between, mold.heritage.master);
  int code = 1;
  try {
    Heritage& heritage = mold.heritage;
    heritage.slot = order.slot;
    heritage.number = order.number;
    heritage.canary = order.canary;
    heritage.channel = channel;
    const std::string role = fmt::format("worker {}", order.number);
    set_process_role(role);
    shared::log_role(role);
    close_foreign_descriptors(heritage, channel);
    release_signals_in_worker();
    (*heritage.scoreboard)[order.slot].pid.store(getpid(), std::memory_order_relaxed);
    if (!send_hello(channel, getpid())) _exit(1);
    code = mold.code.serve(heritage);
  } catch (const std::exception& error) {
    log(LogLevel::critical, "ends by an exception: {}", error.what());
  } catch (...) {
    log(LogLevel::critical, "ends by an exception of unknown type");
  }
  flush_stdio();
  _exit(code);
}

/// Forks twice: the process in between leaves at once, so that the master adopts the worker. By
/// fork(3) and not by clone: glibc must register the robust list, or nobody notices a killed lock
/// owner.
void fork_worker(MoldProcess& mold, SpawnOrder order, Descriptor channel) {
  flush_stdio();
  const pid_t between = fork();
  if (between == 0) {
    const pid_t self = getpid();
    const pid_t worker = fork();
    if (worker == 0) become_worker(mold, order, channel.get(), self);
    _exit(worker > 0 ? 0 : errno);
  }
  int status = 0;
  if (between > 0) {
    while (waitpid(between, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (between < 0 || status != 0) {
    const int error = between < 0 ? errno : WEXITSTATUS(status);
    log(LogLevel::error, "cannot fork worker {}: {}", order.number, std::strerror(error));
  }
}

void load_and_report(MoldProcess& mold) {
  try {
    const std::string line = load_and_check(mold.code);
    send_report(mold.channel, MoldMessage::ready, line);
    return;
  } catch (const std::exception& error) {
    send_report(mold.channel, MoldMessage::failed, error.what());
  } catch (...) {
    send_report(mold.channel, MoldMessage::failed,
                "set-up threw something that is not a std::exception");
  }
  flush_stdio();
  _exit(kLoadFailed);
}

/// False if there is nothing to read within the interval.
bool readable_within(const Descriptor& channel, std::chrono::milliseconds interval) {
  pollfd polled{channel.get(), POLLIN, 0};
  return poll(&polled, 1, static_cast<int>(interval.count())) != 0;
}

void report_changes(const MoldProcess& mold) {
  std::string lines = shared::to_lines(mold.code.changed_files());
  if (lines.size() >= kMaxMessage) lines = shared::to_lines({shared::ChangedFile()});
  if (!lines.empty()) send_report(mold.channel, MoldMessage::changed, lines);
}

[[noreturn]] void become_mold(MoldProcess& mold) noexcept {
  die_with(mold.heritage.master);
  set_process_role("mold");
  shared::log_role("mold");
  close_foreign_descriptors(mold.heritage, mold.channel.get());
  ignore_master_signals_in_mold();
  load_and_report(mold);

  Packet packet;
  while (true) {
    if (mold.code.changed_files && !readable_within(mold.channel, mold.code.watch_interval)) {
      report_changes(mold);
      continue;
    }
    if (receive(mold.channel, packet) != Received::packet) break;
    if (shared::obey_log_file_order(packet.bytes, packet.passed.get())) {
      packet.passed.release();
      continue;
    }
    const auto order = as_order(packet);
    if (order && packet.passed) fork_worker(mold, *order, std::move(packet.passed));
  }
  flush_stdio();
  _exit(0);
}

}  // namespace

MoldHandle fork_mold(const Heritage& heritage, const AppCode& code) {
  ChannelPair channel = make_channel();
  flush_stdio();
  const pid_t pid = fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "cannot fork the mold");
  if (pid == 0) {
    channel.master.reset();
    MoldProcess mold{heritage, code, std::move(channel.child)};
    become_mold(mold);
  }
  MoldHandle handle;
  handle.state = MoldHandle::State::loading;
  handle.generation = heritage.generation;
  handle.born_ns = shared::monotonic_ns();
  handle.process = Process(pid);
  handle.channel = std::move(channel.master);
  return handle;
}

std::string load_and_check(const AppCode& code) {
  const Inventory before = Inventory::take();
  std::string line = code.load();
  flush_stdio();
  const std::string left = before.left_behind_since();
  if (!left.empty()) throw std::runtime_error(left);
  return line;
}

}  // namespace ekiden::server
