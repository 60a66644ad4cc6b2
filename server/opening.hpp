// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/admin_listener.hpp"
#include "server/listener.hpp"
#include "server/log_file.hpp"
#include "server/mold.hpp"
#include "server/privileges.hpp"
#include "server/settings.hpp"
#include "server/upgrade.hpp"
#include "shared/disk_folder.hpp"
#include "shared/heritage.hpp"
#include "shared/log.hpp"
#include "shared/memo_cache.hpp"
#include "shared/scoreboard.hpp"
#include "shared/tls_context.hpp"
#include "shared/traffic.hpp"

namespace ekiden::server {

// What a server opens before anything else, by its settings; `predecessor` is the image of this
// process before this one, whose things are taken up where they are meant. All of these throw
// std::runtime_error with one line.

LogFile open_access_log(const Settings& settings, Predecessor* predecessor = nullptr);
/// From here on the log goes there.
LogFile open_error_log(const Settings& settings, Predecessor* predecessor = nullptr);
/// Those that systemd has opened, or else those of --bind. Those that are open stay so.
std::vector<Listener> open_listeners(const Settings& settings, Predecessor* predecessor = nullptr);
AdminListener open_admin(const Settings& settings, Predecessor* predecessor,
                         AdminListener::Answer answer);
/// The cache's folder, locked and looked through; nothing if it keeps nothing on disk.
std::unique_ptr<shared::DiskFolder> open_folder(const Settings& settings, bool in_use = false);
shared::MemoCache::Limits limits_of(const Settings& settings);

/// What was left, with all that is in it, unless it has another layout.
template <class T, class... Arguments>
T adopt_or_make(Predecessor* predecessor, int UpgradeState::*descriptor,
                const Arguments&... arguments) {
  if (predecessor != nullptr) {
    try {
      return T(arguments..., Predecessor::copy(predecessor->state().*descriptor).release());
    } catch (const std::runtime_error& error) {
      shared::log(shared::LogLevel::warning, "{}; a new one is made, which is empty", error.what());
    }
  }
  return T(arguments...);
}

/// The certificate and the key of --certfile and --keyfile; none without them. Throws
/// std::runtime_error with one line if they cannot be used.
std::shared_ptr<const shared::TlsContext> load_certificate(const Settings& settings);
/// Says in the log what may not be meant.
void warn_of(const shared::TlsContext& certificate);

shared::Heritage heritage_of(const Settings& settings, const std::vector<Listener>& listeners,
                             shared::MemoCache& cache, shared::Scoreboard& scoreboard,
                             shared::Traffic* traffic, const shared::BuildState* build,
                             const LogFile& access_log, const LogFile& error_log);

/// The mold becomes that before it runs code of the app; workers are forked from it.
AppCode as_identity(const std::optional<Identity>& identity, AppCode code);
std::string name_of_app(const Settings& settings);
/// How long the server may take to stop, with what it takes to kill and reap at the end.
std::chrono::microseconds stop_timeout(const Settings& settings);
void announce_listeners(const std::vector<Listener>& listeners, const Settings& settings);

}  // namespace ekiden::server
