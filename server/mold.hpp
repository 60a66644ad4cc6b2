// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "shared/heritage.hpp"

namespace ekiden::server {

/// What there is to run, as two callables, so that the supervisor needs to know nothing of worker/
/// and its tests can fork three-line workers.
struct AppCode {
  /// Called once, in the mold. Loads the app and returns a line about it. Throws a
  /// std::exception whose text says why it does not load.
  std::function<std::string()> load;
  /// Called in each worker, after load. Serves until told to leave; returns the exit code.
  std::function<int(const shared::Heritage&)> serve;
  /// What of the loaded app is legal but may not be meant, a line each. Null: nothing is known.
  std::function<std::vector<std::string>()> warnings;
  /// Called in the mold every `watch_interval`, after load: which files have changed. Null: none
  /// are watched.
  std::function<std::vector<shared::ChangedFile>()> changed_files;
  std::chrono::milliseconds watch_interval{0};
};

/// The app module at `app_path`, run by worker/. Without `watch_module` somebody else tells when
/// there is a new one.
AppCode app_code(const std::string& app_path, const shared::WorkerSettings& settings,
                 bool watch_module = true);

}  // namespace ekiden::server
