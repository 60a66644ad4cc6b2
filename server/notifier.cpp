// SPDX-License-Identifier: MIT
#include "server/notifier.hpp"

#include <fmt/core.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "server/process.hpp"
#include "server/setting_values.hpp"
#include "shared/clock.hpp"
#include "shared/log.hpp"

namespace ekiden::server {
namespace {

using Phase = NotifiedState::Phase;

/// Until a full queue is tried again.
constexpr std::uint64_t kRetry = 50'000'000;

std::string reloading() {
  return fmt::format("RELOADING=1\nMONOTONIC_USEC={}", shared::monotonic_ns() / 1000);
}

/// As a line of a message.
std::string status_line(std::string status) {
  std::replace(status.begin(), status.end(), '\n', ' ');
  return "STATUS=" + status;
}

/// Of WATCHDOG_USEC, which may mean another process.
std::uint64_t watchdog_interval(const std::string& microseconds, const std::string& pid) {
  if (!pid.empty() && pid != std::to_string(getpid())) return 0;
  return parse_count(microseconds).value_or(0) * 1000 / 2;
}

}  // namespace

std::vector<std::string> notifications(const NotifiedState& before, const NotifiedState& now,
                                       std::chrono::microseconds stop_timeout) {
  std::vector<std::string> messages;
  const bool was_reloading = before.phase == Phase::reloading;
  const bool reload_ended = before.last_reload != now.last_reload && now.phase != Phase::stopping;
  if (reload_ended && !was_reloading) messages.push_back(reloading());  // it was that quick
  if (reload_ended || (was_reloading && now.phase == Phase::serving)) messages.push_back("READY=1");
  if (before.phase != now.phase) {
    if (before.phase == Phase::starting && now.phase != Phase::stopping) {
      messages.push_back(fmt::format("READY=1\nMAINPID={}", getpid()));
    }
    if (now.phase == Phase::stopping) {
      messages.push_back(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}", stop_timeout.count()));
    }
  }
  if (now.phase == Phase::reloading && (!was_reloading || reload_ended)) {
    messages.push_back(reloading());
  }
  if (messages.empty() && before.status != now.status) return {status_line(now.status)};
  if (!messages.empty()) messages.back() += "\n" + status_line(now.status);
  return messages;
}

Notifier::Notifier(std::chrono::microseconds stop_timeout) : stop_timeout_(stop_timeout) {
  const std::string path = take_variable("NOTIFY_SOCKET");
  const std::string microseconds = take_variable("WATCHDOG_USEC");
  const std::string pid = take_variable("WATCHDOG_PID");
  sockaddr_un local{};
  if (path.empty()) return;
  if ((path[0] != '/' && path[0] != '@') || path.size() >= sizeof local.sun_path) {
    shared::log(shared::LogLevel::warning, "NOTIFY_SOCKET={}: not a unix socket; nobody is told",
                path);
    return;
  }
  local.sun_family = AF_UNIX;
  path.copy(local.sun_path, path.size());
  if (path[0] == '@') local.sun_path[0] = '\0';  // of the abstract namespace: as long as it is
  std::memcpy(&address_, &local, sizeof local);
  address_length_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() +
                                           (path[0] == '@' ? 0 : 1));
  socket_.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  watchdog_ns_ = watchdog_interval(microseconds, pid);
}

std::uint64_t Notifier::turn(const NotifiedState& state, std::uint64_t now) {
  if (!socket_) return UINT64_MAX;
  if (state != known_) {
    for (auto& message : notifications(known_, state, stop_timeout_)) {
      unsent_.push_back(std::move(message));
    }
    known_ = state;
  }
  while (!unsent_.empty()) {
    if (!send(unsent_.front())) return now + kRetry;
    unsent_.erase(unsent_.begin());
  }
  if (watchdog_ns_ == 0) return UINT64_MAX;
  if (now >= next_sign_ns_) {
    if (!send("WATCHDOG=1")) return now + kRetry;
    next_sign_ns_ = now + watchdog_ns_;
  }
  return next_sign_ns_;
}

/// False if it has to be tried again.
bool Notifier::send(const std::string& message) {
  const ssize_t sent = sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address_), address_length_);
  if (sent >= 0) return true;
  if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS) return false;
  shared::log(shared::LogLevel::warning, "NOTIFY_SOCKET: {}", std::strerror(errno));
  return true;
}

}  // namespace ekiden::server
