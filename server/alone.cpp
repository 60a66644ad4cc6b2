// SPDX-License-Identifier: MIT
#include "server/alone.hpp"

#include "server/cli.hpp"
#include "server/mold_process.hpp"
#include "server/notifier.hpp"
#include "server/opening.hpp"
#include "server/process.hpp"
#include "server/process_title.hpp"
#include "server/upgrade_trial.hpp"
#include "shared/clock.hpp"
#include "shared/log.hpp"
#include "shared/private_memory.hpp"

namespace ekiden::server {
namespace {

using shared::log;
using shared::LogLevel;

}  // namespace

int check_config(const Settings& settings, const AppCode& code) {
  try {
    if (const auto certificate = load_certificate(settings)) warn_of(*certificate);
    const std::size_t before = shared::private_memory();
    const std::string line =
        load_and_check(as_identity(identity_of(settings.user, settings.group), code));
    if (code.warnings) {
      for (const std::string& warning : code.warnings()) log(LogLevel::warning, "{}", warning);
    }
    const std::size_t grown = shared::private_memory() - before;
    log(LogLevel::info,
        "{}: settings and app are in order; set-up takes {:.1f} MiB, once for all workers", line,
        static_cast<double>(grown) / (1U << 20));
    return kDone;
  } catch (const std::exception& error) {
    log(LogLevel::critical, "app {} does not load: {}", name_of_app(settings), error.what());
    return kAppError;
  }
}

int try_upgrade(const Settings& settings, const AppCode& code, const UpgradeCall& call) {
  return run_trial(call, EKIDEN_VERSION, [&] {
    Predecessor running(call);
    adopt_or_make<shared::MemoCache>(&running, &UpgradeState::cache, limits_of(settings));
    adopt_or_make<shared::Scoreboard>(&running, &UpgradeState::scoreboard);
    adopt_or_make<shared::Traffic>(&running, &UpgradeState::traffic);
    open_listeners(settings, &running);
    open_admin(settings, &running, {});
    if (const auto certificate = load_certificate(settings)) warn_of(*certificate);
    return load_and_check(as_identity(identity_of(settings.user, settings.group), code));
  });
}

int serve_alone(const Settings& settings, const AppCode& code) {
  set_process_role("worker 1");
  shared::log_role("worker 1");
  raise_descriptor_limit();
  Notifier notifier(stop_timeout(settings));
  const LogFile access_log = open_access_log(settings);
  const LogFile error_log = open_error_log(settings);
  std::vector<Listener> listeners = open_listeners(settings);
  shared::MemoCache cache(limits_of(settings));
  const auto disk = open_folder(settings);
  shared::Scoreboard scoreboard;
  shared::Heritage heritage =
      heritage_of(settings, listeners, cache, scoreboard, nullptr, nullptr, access_log, error_log);
  heritage.tls = load_certificate(settings);
  if (heritage.tls) warn_of(*heritage.tls);
  heritage.number = 1;
  heritage.generation = 1;
  scoreboard.reset(heritage.slot, heritage.generation);
  announce_listeners(listeners, settings);
  try {
    log(LogLevel::info, "loaded {}; serves in one process", load_and_check(code));
  } catch (const std::exception& error) {
    log(LogLevel::critical, "app {} does not load: {}", name_of_app(settings), error.what());
    return kAppError;
  }
  const NotifiedState serving{NotifiedState::Phase::serving, 0, "one process"};
  notifier.turn(serving, shared::monotonic_ns());
  const int exit_code = code.serve(heritage);
  for (Listener& listener : listeners) listener.close();
  if (disk) disk->close();
  return exit_code;
}

}  // namespace ekiden::server
