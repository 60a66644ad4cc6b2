// SPDX-License-Identifier: MIT
#include "server/signals.hpp"

#include <sys/signalfd.h>

#include <cerrno>
#include <system_error>

namespace ekiden::server {
namespace {

constexpr int kStopSignals[] = {SIGTERM, SIGINT, SIGQUIT};
constexpr int kRequests[] = {SIGHUP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGWINCH};

void unblock_all() noexcept {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

MasterSignals::MasterSignals() {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
  sigset_t taken;
  sigemptyset(&taken);
  for (const int signal : kStopSignals) sigaddset(&taken, signal);
  for (const int signal : kRequests) sigaddset(&taken, signal);
  sigaddset(&taken, SIGCHLD);
  sigprocmask(SIG_BLOCK, &taken, nullptr);
  fd_.reset(signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd_) throw std::system_error(errno, std::generic_category(), "signalfd");
}

std::optional<int> MasterSignals::next() const noexcept {
  signalfd_siginfo info{};
  if (read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void ignore_master_signals_in_mold() noexcept {
  for (const int signal : kStopSignals) ::signal(signal, SIG_IGN);
  for (const int signal : kRequests) ::signal(signal, SIG_IGN);
  unblock_all();
}

void release_signals_in_worker() noexcept {
  for (const int signal : kStopSignals) ::signal(signal, SIG_DFL);
  unblock_all();
}

}  // namespace ekiden::server
