// SPDX-License-Identifier: MIT
#include "tests/process/stand_in.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "server/master.hpp"

namespace ekiden::test {

void say_ready(const shared::Heritage& heritage) {
  const auto message = shared::WorkerMessage::ready;
  if (write(heritage.channel, &message, 1) != 1) _exit(1);
}

int wait_to_leave(const shared::Heritage& heritage) {
  char byte = 0;
  while (read(heritage.channel, &byte, 1) != 0 && errno == EINTR) {
  }
  return 0;
}

int idle_worker(const shared::Heritage& heritage) {
  say_ready(heritage);
  return wait_to_leave(heritage);
}

server::AppCode idle_app() {
  server::AppCode code;
  code.load = [] {
    std::puts("set-up runs");
    return std::string("idle");
  };
  code.serve = idle_worker;
  return code;
}

StandIn::StandIn() {
  settings.app = "stand_in";
  settings.bind = {"unix:" + (folder.path() / "socket").string()};
  settings.control_socket.clear();
  settings.cache_size = 1U << 20;
  settings.log_level = shared::LogLevel::debug;
  settings.timeout = std::chrono::milliseconds(0);
}

RunningServer StandIn::start(const server::AppCode& code) const {
  return RunningServer([this, &code] {
    shared::log_open(settings.log_level);
    return server::Master(settings, code).run();
  });
}

}  // namespace ekiden::test
