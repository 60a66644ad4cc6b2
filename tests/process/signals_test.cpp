// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "server/master.hpp"
#include "tests/process/stand_in.hpp"

namespace ekiden::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// An app whose workers leave neither for SIGTERM nor for SIGINT.
server::AppCode stubborn_app() {
  server::AppCode code = idle_app();
  code.serve = [](const shared::Heritage& heritage) {
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    return idle_worker(heritage);
  };
  return code;
}

TEST(Signals, TermStopsWithCodeZeroAndRemovesTheSocketFile) {
  StandIn stand_in;
  stand_in.settings.workers = 2;
  RunningServer server = stand_in.start();
  server.wait_for("ready: 2 workers");

  server.send_signal(SIGTERM);

  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_EQ(server.count("has left"), 2);
  EXPECT_FALSE(std::filesystem::exists(stand_in.folder.path() / "socket"));
}

TEST(Signals, TermKillsWhoeverIsStillBusyAfterTheGracefulTimeout) {
  StandIn stand_in;
  stand_in.settings.worker.graceful_timeout = 200ms;
  RunningServer server = stand_in.start(stubborn_app());
  server.wait_for("ready: 1 worker");

  server.send_signal(SIGTERM);

  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_THAT(server.wait_for("died: "),
              HasSubstr("killed by the master: still busy after --graceful-timeout"));
}

TEST(Signals, TermDuringSetUpStopsAtOnce) {
  StandIn stand_in;
  server::AppCode code = idle_app();
  code.load = []() -> std::string {
    std::puts("hangs");
    while (true) pause();
  };
  RunningServer server = stand_in.start(code);
  server.wait_for("hangs");

  server.send_signal(SIGTERM);

  EXPECT_EQ(server.wait_for_exit(), 0);
}

TEST(Signals, IntDuringADrainShortensIt) {
  StandIn stand_in;
  stand_in.settings.worker.graceful_timeout = 1h;
  RunningServer server = stand_in.start(stubborn_app());
  server.wait_for("ready: 1 worker");
  server.send_signal(SIGTERM);
  server.wait_for("SIGTERM");

  server.send_signal(SIGINT);

  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_THAT(server.wait_for("died: "), HasSubstr("killed by the master: told to stop at once"));
}

TEST(Signals, IntAndQuitStopAtOnce) {
  for (const int signal : {SIGINT, SIGQUIT}) {
    StandIn stand_in;
    stand_in.settings.worker.graceful_timeout = 1h;
    RunningServer server = stand_in.start();
    server.wait_for("ready: 1 worker");

    server.send_signal(signal);

    EXPECT_EQ(server.wait_for_exit(), 0);
  }
}

TEST(Signals, WinchLetsWorkersGoAndHupBringsOthers) {
  StandIn stand_in;
  stand_in.settings.workers = 2;
  server::AppCode code = idle_app();
  RunningServer server([&] {
    setsid();  // away from the terminal that the tests may have
    shared::log_open(stand_in.settings.log_level);
    return server::Master(stand_in.settings, code).run();
  });
  server.wait_for("ready: 2 workers");

  server.send_signal(SIGWINCH);
  server.wait_for("has left", 2);
  server.send_signal(SIGTTIN);
  server.ready_worker(1, 2);
  server.send_signal(SIGHUP);

  server.wait_for("generation 2 serves");
  server.ready_worker(2, 2);
  EXPECT_EQ(server.count("died"), 0);
}

TEST(Signals, HupSetsTheNumberOfWorkersBack) {
  StandIn stand_in;
  stand_in.settings.workers = 1;
  RunningServer server = stand_in.start();
  server.wait_for("ready: 1 worker");
  server.send_signal(SIGTTIN);
  server.ready_worker(2);
  server.send_signal(SIGHUP);
  server.wait_for("generation 2 serves");
  EXPECT_EQ(server.count("worker 2 ("), 2) << "it was ready, and has left: there is no other";
}

TEST(Signals, TtinAddsAWorkerAndTtouTakesOneAway) {
  StandIn stand_in;
  RunningServer server = stand_in.start();
  server.wait_for("ready: 1 worker");

  server.send_signal(SIGTTIN);
  const WatchedProcess second(server.ready_worker(2));
  server.send_signal(SIGTTOU);

  EXPECT_TRUE(second.gone_within(kServerPatience));
  server.wait_for("worker 2 (");
  server.wait_for("has left");
}

TEST(Signals, TtouLeavesTheLastWorkerAlone) {
  StandIn stand_in;
  RunningServer server = stand_in.start();
  server.wait_for("ready: 1 worker");

  server.send_signal(SIGTTOU);

  server.wait_for("there is one worker only, which stays");
  EXPECT_EQ(server.count("has left"), 0);
}

TEST(Signals, Usr2IsRefusedWhereThereIsNoProgramToStartAgain) {
  StandIn stand_in;
  RunningServer server = stand_in.start();
  server.wait_for("ready: 1 worker");

  server.send_signal(SIGUSR2);

  server.wait_for("SIGUSR2: no upgrade: there is no program to start again");
}

TEST(Signals, ProcessesThatCallbacksLeftBehindGoWithTheServer) {
  StandIn stand_in;
  server::AppCode code = idle_app();
  code.serve = [](const shared::Heritage& heritage) {
    if (fork() == 0) {
      while (true) pause();
    }
    return idle_worker(heritage);
  };
  RunningServer server = stand_in.start(code);
  const std::vector<pid_t> orphans = children_of(server.ready_worker(1));
  ASSERT_EQ(orphans.size(), 1U);
  const WatchedProcess orphan(orphans.front());
  server.wait_for("ready: 1 worker");

  server.send_signal(SIGTERM);

  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_TRUE(orphan.gone_within(0s));
  EXPECT_EQ(server.count("killed 1 process that"), 1);
}

TEST(Signals, HangupForEverybodyHurtsNoChild) {
  StandIn stand_in;
  RunningServer server = stand_in.start();
  const pid_t first = server.ready_worker(1);
  server.wait_for("ready: 1 worker");

  for (const pid_t child : children_of(server.pid())) kill(child, SIGHUP);
  server.send_signal(SIGTTIN);

  server.ready_worker(2);
  EXPECT_EQ(server.count("died"), 0);
  EXPECT_EQ(kill(first, 0), 0);
}

}  // namespace
}  // namespace ekiden::test
