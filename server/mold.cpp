// SPDX-License-Identifier: MIT
#include "server/mold.hpp"

#include <fmt/core.h>

#include <memory>

#include "worker/generation.hpp"

namespace ekiden::server {

AppCode app_code(const std::string& app_path, bool debug) {
  // Never destroyed once loaded: the app's static objects must outlive every callback, and the
  // processes that hold it leave by _exit.
  auto loaded = std::make_shared<worker::Generation*>(nullptr);
  AppCode code;
  code.load = [loaded, app_path, debug] {
    worker::LoadOptions options;
    options.app_path = app_path;
    options.debug = debug;
    *loaded = worker::Generation::load(options).release();
    const std::size_t callbacks = (*loaded)->callback_count();
    return fmt::format("{}, {} callback{}", (*loaded)->name(), callbacks,
                       callbacks == 1 ? "" : "s");
  };
  code.serve = [loaded](const shared::Heritage& heritage) {
    return worker::worker_main(heritage, **loaded);
  };
  return code;
}

}  // namespace ekiden::server
