// SPDX-License-Identifier: MIT
#include "server/upgrade_trial.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <system_error>

#include "server/cli.hpp"
#include "server/signals.hpp"
#include "shared/clock.hpp"
#include "shared/log.hpp"

namespace ekiden::server {
namespace {

/// In the child: nothing of the master's is closed before, as exec does that.
[[noreturn]] void become_trial(const Launch& launch, const UpgradeState& state, int text,
                               int channel, pid_t master) noexcept {
  die_with(master);
  release_signals_in_worker();
  signal(SIGPIPE, SIG_DFL);
  for (const int descriptor : state.descriptors()) set_close_on_exec(descriptor, false);
  set_close_on_exec(text, false);
  set_close_on_exec(channel, false);
  UpgradeCall call;
  call.state = text;
  call.report = channel;
  const int error = launch.become(call.variables());
  const Descriptor to_master(channel);
  send_report(to_master, MoldMessage::failed,
              fmt::format("{}: {}", launch.program().string(), std::strerror(error)));
  _exit(1);
}

}  // namespace

UpgradeTrial::UpgradeTrial(const Launch& launch, const UpgradeState& state,
                           std::chrono::nanoseconds patience)
    : patience_(patience), deadline_ns_(UINT64_MAX) {
  ChannelPair channel = make_channel();
  const Descriptor text = written(state);
  const pid_t master = getpid();
  flush_stdio();
  const pid_t pid = fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "cannot fork");
  if (pid == 0) become_trial(launch, state, text.get(), channel.child.get(), master);
  process_ = Process(pid);
  channel_ = std::move(channel.master);
  if (patience.count() > 0) {
    deadline_ns_ = shared::monotonic_ns() + static_cast<std::uint64_t>(patience.count());
  }
}

UpgradeTrial::~UpgradeTrial() { process_.send_signal(SIGKILL); }

void UpgradeTrial::add_to(std::vector<pollfd>& polled) const {
  polled.push_back({channel_.get(), POLLIN, 0});
}

std::optional<UpgradeTrial::Verdict> UpgradeTrial::turn(std::uint64_t now) {
  Packet packet;
  switch (receive(channel_, packet)) {
    case Received::closed:
      return Verdict{{}, "it ended without a word, or none to us (see what it printed)"};
    case Received::packet: {
      const std::string text = packet.bytes.empty() ? "" : packet.bytes.substr(1);
      if (packet.bytes.starts_with(static_cast<char>(MoldMessage::ready))) return Verdict{text, {}};
      return Verdict{{}, text};
    }
    case Received::nothing:
      break;
  }
  if (now < deadline_ns_) return std::nullopt;
  return Verdict{{},
                 fmt::format("it takes longer than --load-timeout {} s",
                             std::chrono::duration<double>(patience_).count())};
}

int run_trial(const UpgradeCall& call, const std::string& version,
              const std::function<std::string()>& load) {
  const Descriptor channel(call.report);
  set_close_on_exec(call.report, true);
  try {
    shared::log(shared::LogLevel::info, "{}: can take over", load());
    send_report(channel, MoldMessage::ready, version);
    return kDone;
  } catch (const std::exception& error) {
    send_report(channel, MoldMessage::failed, error.what());
    return kAppError;
  }
}

}  // namespace ekiden::server
