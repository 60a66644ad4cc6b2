// SPDX-License-Identifier: MIT
#include <algorithm>
#include <csignal>
#include <exception>
#include <iterator>
#include <string>

#include "shared/log.hpp"
#include "shared/memo_cache.hpp"
#include "shared/scoreboard.hpp"
#include "worker/app/cache_tiers.hpp"
#include "worker/app/crash_report.hpp"
#include "worker/app/memoize.hpp"
#include "worker/app/replacement.hpp"
#include "worker/app/stack_sample.hpp"
#include "worker/exchange.hpp"
#include "worker/generation.hpp"
#include "worker/http/callback_pool.hpp"
#include "worker/http/polling_loop.hpp"

namespace ekiden::worker {
namespace {

constexpr int kBootFailed = 3;

/// Before any thread exists, so that all of them inherit the mask and only the loop's signalfd
/// sees a signal. SIGHUP is the master's; a `pkill -HUP ekiden` must not hurt workers.
void prepare_signals() {
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGUSR1}) sigaddset(&blocked, signal);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

/// With --workers 0 there may be no scoreboard to share.
shared::Scoreboard& scoreboard_of(const shared::Heritage& heritage) {
  return heritage.scoreboard != nullptr ? *heritage.scoreboard : *new shared::Scoreboard;
}

/// A canary's trial. Its reason is for the master to tell, who asked for the generation.
bool is_healthy(Service& service, shared::WorkerSlot& slot) {
  const std::string ill = service.check_health();
  if (ill.empty()) return true;
  shared::log(shared::LogLevel::critical, "not fit to serve: {}", ill);
  const std::size_t length = std::min(ill.size(), std::size(slot.last_words) - 1);
  for (std::size_t i = 0; i < length; ++i) slot.last_words[i] = ill[i];
  return false;
}

}  // namespace

int worker_main(const shared::Heritage& heritage, Generation& generation) {
  prepare_signals();
  try {
    set_master(heritage);
    watch_samples();
    watch_crashes(heritage.master);
    open_process_cache(heritage);
    generation.begin_serving(heritage);
    // Never destroyed: callbacks that outlast the drain still use it when the process ends.
    shared::Scoreboard& scoreboard = scoreboard_of(heritage);
    auto& loop = *new PollingLoop(heritage, scoreboard, generation.service());
    CallbackPool& pool = loop.pool();
    if (heritage.cache != nullptr) {
      heritage.cache->set_wait_hooks({[&pool] { pool.begin_wait(); }, [&pool] { pool.end_wait(); },
                                      [&pool] { return pool.called_back(); }});
    }
    set_before_computing([&pool] { pool.begin_long(); });
    if (heritage.canary && !is_healthy(generation.service(), scoreboard[heritage.slot])) {
      return kBootFailed;
    }
    const int code = loop.run();
    flush_process_cache();
    return code;
  } catch (const std::exception& error) {
    shared::log(shared::LogLevel::critical, "worker cannot start: {}", error.what());
    return kBootFailed;
  }
}

}  // namespace ekiden::worker
