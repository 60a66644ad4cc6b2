// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

#include "server/mold.hpp"
#include "server/settings.hpp"
#include "tests/process/running_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace ekiden::test {

/// A worker that says it is ready and then does nothing until it is told to leave or killed.
int idle_worker(const shared::Heritage& heritage);
/// Does nothing until it is told to leave or killed.
int wait_to_leave(const shared::Heritage& heritage);
/// Says it is ready, as every worker must.
void say_ready(const shared::Heritage& heritage);

/// An app whose set-up prints "set-up runs", and whose workers are idle.
server::AppCode idle_app();

/// Settings of a server on a unix socket in a folder of the test's own.
struct StandIn {
  StandIn();
  /// Starts a master for `code`.
  RunningServer start(const server::AppCode& code = idle_app()) const;

  worker::test::TemporaryFolder folder;
  server::Settings settings;
};

}  // namespace ekiden::test
