// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/admin_listener.hpp"
#include "server/builder.hpp"
#include "server/control_commands.hpp"
#include "server/control_socket.hpp"
#include "server/listener.hpp"
#include "server/log_file.hpp"
#include "server/mold.hpp"
#include "server/notifier.hpp"
#include "server/pid_file.hpp"
#include "server/privileges.hpp"
#include "server/server_commands.hpp"
#include "server/settings.hpp"
#include "server/signals.hpp"
#include "server/supervisor.hpp"
#include "server/upgrade.hpp"
#include "server/upgrade_trial.hpp"
#include "shared/build_state.hpp"
#include "shared/disk_folder.hpp"
#include "shared/memo_cache.hpp"
#include "shared/scoreboard.hpp"
#include "shared/traffic.hpp"

namespace ekiden::server {

/// How a master comes into being, beside its settings.
struct MasterStart {
  std::optional<BuildJob> job;         ///< of --reload
  const Launch* launch = nullptr;      ///< for SIGUSR2; null: that is refused
  Predecessor* predecessor = nullptr;  ///< the image of this process that it follows; null: none
};

/// The master process: opens the sockets, makes the shared memory, then watches signals and
/// children. It never serves and never runs code of the app.
class Master : private ServerControl {
 public:
  /// Throws std::runtime_error with one line if it cannot listen or has no memory.
  /// REQUIRES: this process has no other children and no threads.
  Master(const Settings& settings, AppCode code, const MasterStart& start = {});

  /// Serves until told to stop. Returns the exit code, once no child is left.
  int run();

 private:
  void announce(const Settings& settings) const;
  void give_away(const Settings& settings) const;
  ControlTarget control_target(const Settings& settings);
  std::optional<std::string> control_answer(std::string_view line, ControlSocket::ClientId client);
  void answer_those_who_wait();
  ServerState state() const override;
  ReloadTicket reload() override;
  ReloadTicket rollback() override;
  std::uint32_t scale(std::uint32_t workers) override;
  void drain() override;
  void refuse_if_stopping() const;
  bool leaving() const noexcept { return drain_at_ns_ != UINT64_MAX || supervisor_.stopping(); }
  void terminate(std::string_view cause);
  void begin_drain();
  NotifiedState notified_state() const;
  std::optional<AdminAnswer> admin_answer(std::string_view path) const;
  void handle(int signal);
  void reopen_logs();
  void close_listeners() noexcept;
  void wait();
  void leave_workers();

  // master_upgrade.cpp: SIGUSR2
  void begin_upgrade();
  void advance_upgrade();
  void advance_trial();
  void follow();
  void settle() noexcept;
  UpgradeState state_for_next() const;

  MasterSignals signals_;
  Notifier notifier_;
  std::uint64_t notifier_turn_ = UINT64_MAX;
  const PidFile pid_file_;
  const std::optional<Identity> identity_;  ///< of mold and workers, if it is not this process's
  LogFile access_log_, error_log_;
  std::vector<Listener> listeners_;
  shared::MemoCache cache_;
  std::unique_ptr<shared::DiskFolder> disk_;  ///< of the cache, if it has one
  shared::Scoreboard scoreboard_;
  shared::Traffic traffic_;
  const std::unique_ptr<shared::BuildState> build_state_;  ///< null if nothing is built
  Supervisor supervisor_;
  std::optional<Builder> builder_;
  struct WaitsForReload {
    ControlSocket::ClientId client;
    std::uint32_t reload;  ///< its number
  };
  const ControlTarget control_target_;
  std::vector<WaitsForReload> waiting_;
  const std::chrono::milliseconds drain_delay_;
  std::uint64_t drain_at_ns_ = UINT64_MAX;  ///< when the server drains that is not ready any more
  bool told_to_drain_ = false;              ///< over the control socket
  ControlSocket control_;
  std::uint64_t control_turn_ = UINT64_MAX;  ///< when control_ has something to do
  const std::string app_;
  const std::uint64_t started_ns_;
  AdminListener admin_;
  const Json saved_settings_;
  const Launch* const launch_;
  Predecessor* const predecessor_;
  const std::chrono::nanoseconds load_timeout_;
  std::unique_ptr<UpgradeTrial> trial_;  ///< of the program that is to take over
  std::string next_version_;             ///< of it, once it has passed; empty: none
  std::uint64_t admin_turn_ = UINT64_MAX;
};

}  // namespace ekiden::server
