// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/channel.hpp"
#include "server/launch.hpp"
#include "server/process.hpp"
#include "server/upgrade.hpp"

namespace ekiden::server {

/// The program that is to take over, run as a child first: it reads its settings, loads the app and
/// looks at what it would take over, says what it found, and leaves.
///
/// Thread safety: the master's only thread. The child dies with the master.
class UpgradeTrial {
 public:
  struct Verdict {
    std::string version;  ///< of the new program
    std::string error;    ///< empty: it can take over
  };

  /// Starts it. `patience` 0: any. Throws std::system_error.
  UpgradeTrial(const Launch& launch, const UpgradeState& state, std::chrono::nanoseconds patience);
  UpgradeTrial(const UpgradeTrial&) = delete;
  UpgradeTrial& operator=(const UpgradeTrial&) = delete;
  ~UpgradeTrial();

  void add_to(std::vector<pollfd>& polled) const;
  /// Nothing as long as it is not known. `now` is monotonic_ns().
  std::optional<Verdict> turn(std::uint64_t now);
  /// When turn() has something to do, whatever happens before.
  std::uint64_t deadline() const noexcept { return deadline_ns_; }

 private:
  Process process_;
  Descriptor channel_;
  std::chrono::nanoseconds patience_;
  std::uint64_t deadline_ns_;
};

/// The child's half: reports that all went well, or what `load` throws. Returns the exit code.
int run_trial(const UpgradeCall& call, const std::string& version,
              const std::function<std::string()>& load);

}  // namespace ekiden::server
