// SPDX-License-Identifier: MIT
#include "server/mold.hpp"

#include <fmt/core.h>

#include <memory>

#include "worker/app/memoize.hpp"
#include "worker/generation.hpp"

namespace ekiden::server {

AppCode app_code(const std::string& app_path, const shared::WorkerSettings& settings,
                 bool watch_module) {
  // Never destroyed once loaded: the app's static objects must outlive every callback, and the
  // processes that hold it leave by _exit.
  auto loaded = std::make_shared<worker::Generation*>(nullptr);
  AppCode code;
  code.load = [loaded, app_path, watch_module, debug = settings.debug, seal = settings.seal,
               dev_tools = settings.dev_tools, cache = settings.cache,
               compress_min_bytes = settings.compress_min_bytes] {
    worker::set_cache_defaults({cache.default_timeout, cache.key_prefix});
    worker::LoadOptions options;
    options.app_path = app_path;
    options.debug = debug;
    options.seal = seal;
    options.dev_tools = dev_tools;
    options.compress_min_bytes = compress_min_bytes;
    options.watch_module = watch_module;
    *loaded = worker::Generation::load(options).release();
    const std::size_t callbacks = (*loaded)->callback_count();
    return fmt::format("{}, {} callback{}", (*loaded)->name(), callbacks,
                       callbacks == 1 ? "" : "s");
  };
  code.serve = [loaded](const shared::Heritage& heritage) {
    return worker::worker_main(heritage, **loaded);
  };
  code.warnings = [loaded] { return (*loaded)->warnings(); };
  if (is_on(settings.dev_tools.hot_reload, settings.debug)) {
    code.changed_files = [loaded] { return (*loaded)->changed_files(); };
    code.watch_interval = settings.dev_tools.hot_reload_watch_interval;
  }
  return code;
}

}  // namespace ekiden::server
