// SPDX-License-Identifier: MIT
#include "server/upgrade.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "server/process.hpp"

namespace ekiden::server {
namespace {

constexpr const char* kCall = "EKIDEN_UPGRADE";
constexpr const char* kFailure = "EKIDEN_UPGRADE_FAILURE";

void keep_over_exec(const UpgradeState& state, bool keep) noexcept {
  for (const int descriptor : state.descriptors()) set_close_on_exec(descriptor, !keep);
}

}  // namespace

std::optional<UpgradeCall> UpgradeCall::take() {
  const std::string text = take_variable(kCall);
  UpgradeCall call;
  call.failure = take_variable(kFailure);
  if (text.empty()) return std::nullopt;
  if (std::sscanf(text.c_str(), "%d:%d:%d", &call.state, &call.predecessor, &call.report) != 3) {
    throw std::runtime_error(
        fmt::format("{}={}: is set by a server for its successor only", kCall, text));
  }
  return call;
}

std::vector<std::string> UpgradeCall::variables() const {
  std::vector<std::string> variables{fmt::format("{}={}:{}:{}", kCall, state, predecessor, report)};
  if (!failure.empty()) variables.push_back(fmt::format("{}={}", kFailure, failure));
  return variables;
}

Descriptor written(const UpgradeState& state) {
  Descriptor memory(memfd_create("ekiden-upgrade", MFD_CLOEXEC));
  const std::string text = state.text();
  if (!memory ||
      write(memory.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::system_error(errno, std::generic_category(), "upgrade: no memory for the state");
  }
  return memory;
}

UpgradeState read_state(int descriptor) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) {
    throw std::runtime_error(fmt::format("upgrade: no state: {}", std::strerror(errno)));
  }
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  if (size != status.st_size) throw std::runtime_error("upgrade: the state cannot be read");
  return UpgradeState::parse(text);
}

Descriptor open_own_program() { return Descriptor(open("/proc/self/exe", O_PATH | O_CLOEXEC)); }

void set_close_on_exec(int descriptor, bool close) noexcept {
  fcntl(descriptor, F_SETFD, close ? FD_CLOEXEC : 0);
}

Predecessor::Predecessor(UpgradeCall call) : call_(std::move(call)) {
  set_close_on_exec(call_.state, true);
  if (call_.predecessor >= 0) set_close_on_exec(call_.predecessor, true);
}

const UpgradeState& Predecessor::state() {
  if (!state_) {
    state_ = read_state(call_.state);
    keep_over_exec(*state_, false);
  }
  return *state_;
}

Descriptor Predecessor::copy(int descriptor) {
  Descriptor copied(fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
  if (copied) return copied;
  throw std::system_error(errno, std::generic_category(),
                          fmt::format("upgrade: descriptor {}", descriptor));
}

void Predecessor::settle() noexcept {
  if (std::exchange(settled_, true)) return;
  if (state_) {
    for (const int descriptor : state_->descriptors()) {
      // The logs' numbers are in use again.
      const bool log = descriptor == state_->access_log || descriptor == state_->error_log;
      if (!log) close(descriptor);
    }
  }
  close(call_.state);
  if (call_.predecessor >= 0) close(call_.predecessor);
}

std::string Predecessor::go_back(const Launch& launch, const std::string& reason,
                                 const UpgradeState* now) {
  if (call_.predecessor < 0) return "there is no earlier version to go back to";
  UpgradeCall call;
  call.state = call_.state;
  call.failure = reason;
  Descriptor newer;
  if (now != nullptr) {
    newer = written(*now);
    call.state = newer.get();
    keep_over_exec(*now, true);
  } else if (state_) {
    keep_over_exec(*state_, true);
  }
  set_close_on_exec(call.state, false);
  flush_stdio();
  return std::strerror(launch.become(call_.predecessor, call.variables()));
}

std::string become_next(const Launch& launch, const UpgradeState& state) {
  const Descriptor text = written(state);
  const Descriptor program = open_own_program();
  if (!program) return fmt::format("/proc/self/exe: {}", std::strerror(errno));
  UpgradeCall call;
  call.state = text.get();
  call.predecessor = program.get();
  set_close_on_exec(text.get(), false);
  set_close_on_exec(program.get(), false);
  keep_over_exec(state, true);
  flush_stdio();
  const int error = launch.become(call.variables());
  keep_over_exec(state, false);
  return fmt::format("{}: {}", launch.program().string(), std::strerror(error));
}

}  // namespace ekiden::server
