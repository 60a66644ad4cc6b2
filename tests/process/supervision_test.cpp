// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "shared/scoreboard.hpp"
#include "tests/process/stand_in.hpp"

namespace ekiden::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Supervision, AKilledWorkerIsReplacedWithoutLoadingTheAppAgain) {
  StandIn stand_in;
  stand_in.settings.workers = 2;
  RunningServer server = stand_in.start();
  const pid_t first = server.ready_worker(1);

  kill(first, SIGKILL);

  const pid_t second = server.ready_worker(1, 2);
  EXPECT_NE(first, second);
  EXPECT_EQ(server.count("set-up runs"), 1);
  EXPECT_THAT(server.wait_for("died: "), HasSubstr("killed by SIGKILL, not by the master"));
}

TEST(Supervision, NobodyOutlivesAKilledMasterByASecond) {
  StandIn stand_in;
  stand_in.settings.workers = 3;
  RunningServer server = stand_in.start();
  server.wait_for("ready: 3 workers");
  std::vector<WatchedProcess> children;
  for (const pid_t pid : children_of(server.pid())) children.emplace_back(pid);
  ASSERT_EQ(children.size(), 4U);

  server.send_signal(SIGKILL);

  for (const WatchedProcess& child : children) EXPECT_TRUE(child.gone_within(1s));
}

TEST(Supervision, ASetUpThatHangsDoesNotOutliveAKilledMaster) {
  StandIn stand_in;
  server::AppCode code = idle_app();
  code.load = []() -> std::string {
    std::puts("hangs");
    while (true) pause();
  };
  RunningServer server = stand_in.start(code);
  server.wait_for("hangs");
  const std::vector<pid_t> children = children_of(server.pid());
  ASSERT_EQ(children.size(), 1U);
  const WatchedProcess mold(children.front());

  server.send_signal(SIGKILL);

  EXPECT_TRUE(mold.gone_within(1s));
}

TEST(Supervision, WorkersOfACrashLoopStartEverMoreSlowly) {
  StandIn stand_in;
  server::AppCode code = idle_app();
  code.serve = [](const shared::Heritage& heritage) {
    say_ready(heritage);
    return 7;
  };
  RunningServer server = stand_in.start(code);

  server.wait_for("worker 1 died 2 times in a row; the next one starts in 0.1 s");
  server.wait_for("worker 1 died 4 times in a row; the next one starts in");
  EXPECT_THAT(server.wait_for("died: "), HasSubstr("exited with code 7"));
  EXPECT_EQ(server.count("set-up runs"), 1);
}

TEST(Supervision, AWorkerThatDoesNotBeatIsKilledAndReplaced) {
  StandIn stand_in;
  stand_in.settings.timeout = 200ms;
  RunningServer server = stand_in.start();
  const pid_t first = server.ready_worker(1);

  EXPECT_THAT(server.wait_for("died: "),
              HasSubstr("killed by the master: heartbeat older than --timeout 0.2 s"));
  EXPECT_NE(server.ready_worker(1, 2), first);
}

TEST(Supervision, AStoppedWorkerIsKilledEvenThoughItCannotAbort) {
  StandIn stand_in;
  stand_in.settings.timeout = 300ms;
  server::AppCode code = idle_app();
  code.serve = [](const shared::Heritage& heritage) {
    say_ready(heritage);
    raise(SIGSTOP);
    return 0;
  };
  RunningServer server = stand_in.start(code);

  EXPECT_THAT(server.wait_for("died: "), HasSubstr("killed by the master: heartbeat older"));
}

/// As a worker in which a write to sealed memory was refused, or whose threads are held.
server::AppCode app_that_asks_for_replacement() {
  server::AppCode code = idle_app();
  code.serve = [](const shared::Heritage& heritage) {
    say_ready(heritage);
    const std::string message = std::string(1, 'V') + "it is tired";
    const auto size = static_cast<ssize_t>(message.size());
    if (write(heritage.channel, message.data(), message.size()) != size) return 1;
    return wait_to_leave(heritage);
  };
  return code;
}

TEST(Supervision, AWorkerThatAsksForItLeavesWhenItsSuccessorIsReady) {
  StandIn stand_in;
  RunningServer server = stand_in.start(app_that_asks_for_replacement());
  const std::string first = std::to_string(server.ready_worker(1));

  server.wait_for("worker 1 (" + first + ") will be replaced: it is tired");
  EXPECT_NE(std::to_string(server.ready_worker(1, 2)), first);
  server.wait_for("worker 1 (" + first + ") has left");
  EXPECT_EQ(server.count("set-up runs"), 1);
  EXPECT_EQ(server.count("died"), 0);
}

TEST(Supervision, PlannedReplacementsAreLimitedInNumber) {
  StandIn stand_in;
  RunningServer server = stand_in.start(app_that_asks_for_replacement());
  server.wait_for("has left");  // the second has asked, too

  server.send_signal(SIGTERM);

  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_EQ(server.count("will be replaced"), 1);
  EXPECT_EQ(server.count("is ready"), 2);
}

TEST(Supervision, AWorkerWhoseSuccessorDoesNotStartGoesOnServing) {
  StandIn stand_in;
  stand_in.settings.workers = 1;
  server::AppCode code = app_that_asks_for_replacement();
  code.serve = [serve = code.serve](const shared::Heritage& heritage) {
    return heritage.slot == 0 ? serve(heritage) : 7;
  };
  RunningServer server = stand_in.start(code);
  const pid_t first = server.ready_worker(1);

  server.wait_for("worker 1 died 3 times in a row");

  EXPECT_EQ(server.count("has left"), 0);
  EXPECT_EQ(kill(first, 0), 0);
}

TEST(Supervision, LastWordsOfAWorkerReachTheLog) {
  StandIn stand_in;
  server::AppCode code = idle_app();
  code.serve = [](const shared::Heritage& heritage) {
    say_ready(heritage);
    std::size_t at = 0;
    for (const char c : std::string("index word 7 is torn")) {
      (*heritage.scoreboard)[heritage.slot].last_words[at++] = c;
    }
    abort();
    return 0;
  };
  RunningServer server = stand_in.start(code);

  EXPECT_THAT(server.wait_for("last words"), HasSubstr("index word 7 is torn"));
  EXPECT_THAT(server.wait_for("died: "), HasSubstr("killed by SIGABRT"));
}

TEST(Supervision, OrphansOfWorkersAreReaped) {
  StandIn stand_in;
  server::AppCode code = idle_app();
  code.serve = [](const shared::Heritage& heritage) {
    const pid_t between = fork();
    if (between == 0) _exit(fork() == 0 ? 42 : 0);
    waitpid(between, nullptr, 0);
    return idle_worker(heritage);
  };
  RunningServer server = stand_in.start(code);

  EXPECT_THAT(server.wait_for("an orphan"), HasSubstr("exited with code 42"));
  server.wait_for("ready: 1 worker");
  EXPECT_EQ(server.count("died"), 0);
}

TEST(Supervision, AKilledMoldIsReplacedByAWholeNewGeneration) {
  StandIn stand_in;
  RunningServer server = stand_in.start();
  const pid_t first = server.ready_worker(1);
  server.wait_for("ready: 1 worker");
  for (const pid_t child : children_of(server.pid())) {
    if (child != first) kill(child, SIGKILL);
  }

  server.wait_for("the mold died: killed by SIGKILL");
  EXPECT_NE(server.ready_worker(1, 2), first);
  server.wait_for("generation 2 serves");
  EXPECT_EQ(server.count("set-up runs"), 2);
}

TEST(Supervision, WorkersHaveNoDescriptorsButTheirOwn) {
  StandIn stand_in;
  stand_in.settings.workers = 2;
  server::AppCode code = idle_app();
  code.serve = [](const shared::Heritage& heritage) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      const int fd = std::stoi(entry.path().filename());
      std::error_code gone;  // the descriptor of the listing itself, once that is over
      const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
      const bool own = fd <= 2 || fd == heritage.channel || fd == heritage.listeners.front();
      if (!own && target.find("/fd") == std::string::npos) std::printf("foreign %d\n", fd);
    }
    return idle_worker(heritage);
  };
  RunningServer server = stand_in.start(code);

  server.wait_for("ready: 2 workers");
  EXPECT_EQ(server.count("foreign"), 0);
}

TEST(Supervision, WhatSetUpPrintsIsNeitherLostNorDoubled) {
  StandIn stand_in;
  stand_in.settings.workers = 4;
  server::AppCode code = idle_app();
  code.load = [] {
    std::fputs("no line break ", stdout);
    return std::string("printing");
  };
  RunningServer server = stand_in.start(code);

  server.wait_for("ready: 4 workers");
  EXPECT_EQ(server.count("no line break"), 1);
}

}  // namespace
}  // namespace ekiden::test
