// SPDX-License-Identifier: MIT
#pragma once

#include "server/mold.hpp"
#include "server/settings.hpp"
#include "server/upgrade.hpp"

namespace ekiden::server {

// What the program does without a master. Each returns the exit code.

/// --check-config: loads the app, logs why that fails or what in it may not be meant, and serves
/// nothing.
int check_config(const Settings& settings, const AppCode& code);

/// What SIGUSR2 runs first: as check_config, and looks at what it would take over; tells the server
/// that runs.
int try_upgrade(const Settings& settings, const AppCode& code, const UpgradeCall& call);

/// --workers 0: loads and serves in this process.
int serve_alone(const Settings& settings, const AppCode& code);

}  // namespace ekiden::server
