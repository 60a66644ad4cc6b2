// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "tests/process/stand_in.hpp"

namespace ekiden::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A server whose app reads its behaviour from a file at each load, as a module would change.
class Reload : public testing::Test {
 protected:
  void behave(const std::string& how) { stand_in_.folder.write("behaviour", how); }

  RunningServer start() {
    behave("well");
    server::AppCode code = idle_app();
    const auto path = stand_in_.folder.path() / "behaviour";
    auto how = std::make_shared<std::string>();
    code.load = [path, how] {
      std::getline(std::ifstream(path), *how);
      std::puts(("set-up: " + *how).c_str());
      if (*how == "throw") throw std::runtime_error("broken module");
      while (*how == "hang") pause();
      return "an app that behaves " + *how;
    };
    code.serve = [how](const shared::Heritage& heritage) {
      return *how == "die" ? 5 : idle_worker(heritage);
    };
    return stand_in_.start(code);
  }

  StandIn stand_in_;
};

TEST_F(Reload, HupBringsInANewGenerationAndDrainsTheOld) {
  stand_in_.settings.workers = 2;
  RunningServer server = start();
  const WatchedProcess old(server.ready_worker(1));
  server.wait_for("ready: 2 workers");

  server.send_signal(SIGHUP);

  server.wait_for("generation 2 serves; 2 old workers drain");
  EXPECT_TRUE(old.gone_within(kServerPatience));
  server.wait_for("has left", 2);
  EXPECT_EQ(server.count("is ready"), 4);
  EXPECT_EQ(server.count("died"), 0);
}

TEST_F(Reload, ABrokenModuleLeavesTheOldGenerationServing) {
  RunningServer server = start();
  const WatchedProcess old(server.ready_worker(1));
  server.wait_for("ready: 1 worker");
  behave("throw");

  server.send_signal(SIGHUP);

  EXPECT_THAT(server.wait_for("reload failed"),
              HasSubstr("generation 1 goes on serving: broken module"));
  EXPECT_FALSE(old.gone_within(0s));
}

TEST_F(Reload, AWorkerKilledAfterAFailedReloadIsReplacedFromTheOldGeneration) {
  RunningServer server = start();
  const pid_t old = server.ready_worker(1);
  server.wait_for("ready: 1 worker");
  behave("throw");
  server.send_signal(SIGHUP);
  server.wait_for("reload failed");

  kill(old, SIGKILL);

  EXPECT_NE(server.ready_worker(1, 2), old);
}

TEST_F(Reload, AModuleThatHangsLeavesTheOldGenerationServing) {
  stand_in_.settings.load_timeout = 200ms;
  RunningServer server = start();
  const WatchedProcess old(server.ready_worker(1));
  server.wait_for("ready: 1 worker");
  behave("hang");

  server.send_signal(SIGHUP);

  EXPECT_THAT(server.wait_for("reload failed"), HasSubstr("takes longer than --load-timeout"));
  EXPECT_FALSE(old.gone_within(0s));
}

TEST_F(Reload, WorkersThatDoNotStartLeaveTheOldGenerationServing) {
  stand_in_.settings.workers = 2;
  RunningServer server = start();
  const WatchedProcess old(server.ready_worker(1));
  server.wait_for("ready: 2 workers");
  behave("die");

  server.send_signal(SIGHUP);

  EXPECT_THAT(server.wait_for("reload failed"), HasSubstr("died before all were ready"));
  EXPECT_FALSE(old.gone_within(0s));
}

TEST_F(Reload, ARepairedModuleComesInAfterAFailure) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  behave("throw");
  server.send_signal(SIGHUP);
  server.wait_for("reload failed");

  behave("better");
  server.send_signal(SIGHUP);

  server.wait_for("loaded an app that behaves better");
  server.wait_for("generation 3 serves; 1 old worker drains");
}

TEST_F(Reload, RequestsDuringAReloadBecomeOneMore) {
  stand_in_.settings.load_timeout = 1s;
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  behave("hang");
  server.send_signal(SIGHUP);
  server.wait_for("set-up: hang");

  server.send_signal(SIGHUP);
  server.wait_for("another reload will follow this one");
  behave("well");

  server.wait_for("reload failed");
  server.wait_for("generation 3 serves");
}

TEST_F(Reload, TermDuringAReloadStopsBothGenerations) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  behave("hang");
  server.send_signal(SIGHUP);
  server.wait_for("set-up: hang");

  server.send_signal(SIGTERM);

  EXPECT_EQ(server.wait_for_exit(), 0);
}

}  // namespace
}  // namespace ekiden::test
