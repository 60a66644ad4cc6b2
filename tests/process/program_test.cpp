// SPDX-License-Identifier: MIT
#include "tests/process/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

namespace ekiden::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Expects the program to end with `code` and one line, and returns that line.
std::string one_line(int code, const std::vector<std::string>& arguments,
                     const std::vector<std::string>& environment = {}) {
  RunningServer server = run_program(arguments, environment);
  EXPECT_EQ(server.wait_for_exit(), code);
  const std::string output = server.output();
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
  return output;
}

/// Expects that the app of this folder does not load, and returns the line that says why.
std::string failed_load(const std::string& app, std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--bind", "127.0.0.1:0", (test_apps() / (app + ".so")).string()});
  RunningServer server = run_program(std::move(more));
  EXPECT_EQ(server.wait_for_exit(), 4);
  EXPECT_EQ(server.count("[critical]"), 1);
  return server.wait_for("[critical]");
}

TEST(Program, WrongCommandLinesEndWithCodeTwoAndOneLine) {
  one_line(2, {});
  one_line(2, {"--wrokers", "2", "shop"});
  one_line(2, {"--workers", "many", "shop"});
  one_line(2, {"--workers"});
  one_line(2, {"--timeout", "-1", "shop"});
  one_line(2, {"--bind", "nowhere:1:2", "shop"});
  one_line(2, {"--config", "/nowhere.toml", "shop"});
  one_line(2, {"shop", "market"});
  one_line(2, {"doctor"});
  one_line(2, {"shop"}, {"EKIDEN_THREADS=none"});
}

TEST(Program, AFolderThatIsNotBuiltInEndsWithCodeTwo) {
  RunningServer program = run_program(
      {"--reload", "--reload-build-dir", "/nowhere", (test_apps() / "steady.so").string()});
  EXPECT_EQ(program.wait_for_exit(), 2);
  program.wait_for("--reload-build-dir /nowhere: not a folder that CMake builds in");
}

TEST(Program, AnUnknownAppEndsWithCodeFourAndSaysWhereItLooked) {
  const std::string line = one_line(4, {"shopp"}, {"EKIDEN_APP_PATH=" + test_apps().string()});

  EXPECT_THAT(line, AllOf(HasSubstr("there is no app 'shopp'"), HasSubstr(test_apps().string()),
                          HasSubstr("counts")));
  one_line(4, {"./no/such/app.so"});
}

TEST(Program, AnAppIsFoundByItsNameInAFolderOfTheVariable) {
  RunningServer server = run_program({"--bind", "127.0.0.1:0", "steady"},
                                     {"EKIDEN_APP_PATH=/nowhere:" + test_apps().string()});

  server.wait_for("ready: 1 worker");
}

TEST(Program, APortInUseEndsWithCodeOneAndOneLine) {
  const std::string app = test_apps() / "steady.so";
  RunningServer first = run_program({"--bind", "127.0.0.1:0", app});
  const std::string line = first.wait_for("listening on http://");
  const std::string address = line.substr(line.find("127.0.0.1"));

  EXPECT_THAT(one_line(1, {"--bind", address, app}),
              HasSubstr("--bind " + address + ": address already in use"));
}

TEST(Program, AModuleThatCannotBeLoadedEndsWithCodeFour) {
  const worker::test::TemporaryFolder folder;
  const std::string path = folder.write("text.so", "not a module");
  RunningServer server = run_program({"--bind", "127.0.0.1:0", path});

  EXPECT_EQ(server.wait_for_exit(), 4);
  EXPECT_THAT(server.wait_for("[critical]"), HasSubstr("app text does not load: "));
}

TEST(Program, WhatSetUpThrowsIsTheReasonGiven) {
  EXPECT_THAT(failed_load("throws"), HasSubstr("cities.csv: line 7 has five fields"));
}

TEST(Program, ACrashInAStaticInitialiserIsTheReasonGiven) {
  EXPECT_THAT(failed_load("crashes"), HasSubstr("set-up was killed by SIGTRAP"));
}

TEST(Program, WhatTheAppLeavesBehindInSetUpIsNamed) {
  EXPECT_THAT(failed_load("leaves_thread"), HasSubstr("the app left 1 thread running"));
  EXPECT_THAT(failed_load("leaves_descriptor"), HasSubstr("open (/dev/zero)"));
  EXPECT_THAT(failed_load("leaves_handler"), HasSubstr("a handler for SIGTERM"));
}

TEST(Program, OneProcessWithoutAMasterFailsInTheSameWay) {
  EXPECT_THAT(failed_load("throws", {"--workers", "0"}), HasSubstr("line 7 has five fields"));
  EXPECT_THAT(failed_load("leaves_thread", {"-w", "0"}), HasSubstr("the app left 1 thread"));
}

TEST(Program, OneProcessWithoutAMasterServes) {
  Site site("steady", {"--workers", "0"});
  site.server.wait_for("loaded");

  EXPECT_EQ(site.connect().get("/_dash-layout").status, 200);
  EXPECT_THAT(children_of(site.server.pid()), ElementsAre());
  site.server.send_signal(SIGTERM);
  EXPECT_EQ(site.server.wait_for_exit(), 0);
}

TEST(Program, TheProcessesNameThemselves) {
  Site site("steady", {"-w", "2"});
  site.server.wait_for("ready: 2 workers");

  std::vector<std::string> titles{title_of(site.server.pid())};
  for (const pid_t pid : children_of(site.server.pid())) titles.push_back(title_of(pid));

  EXPECT_THAT(titles, testing::UnorderedElementsAre("ekiden: master", "ekiden: mold",
                                                    "ekiden: worker 1", "ekiden: worker 2"));
}

TEST(Program, AKilledWorkerIsReplacedAlthoughTheModuleIsGone) {
  Site site("steady");
  const pid_t first = site.server.ready_worker(1);
  site.server.wait_for("ready: 1 worker");
  std::filesystem::remove(site.folder.path() / "site.so");

  kill(first, SIGKILL);

  site.server.ready_worker(1, 2);
  EXPECT_EQ(site.connect().get("/_dash-layout").status, 200);
}

TEST(Program, NobodyOutlivesAKilledMasterByASecond) {
  Site site("steady", {"-w", "3", "--threads", "2"});
  site.server.wait_for("ready: 3 workers");
  std::vector<WatchedProcess> children;
  for (const pid_t pid : children_of(site.server.pid())) children.emplace_back(pid);
  ASSERT_EQ(children.size(), 4U);

  site.server.send_signal(SIGKILL);

  for (const WatchedProcess& child : children) EXPECT_TRUE(child.gone_within(1s));
}

TEST(Program, AStoppedWorkerIsReplacedAfterTheTimeout) {
  Site site("steady", {"--timeout", "1"});
  const pid_t first = site.server.ready_worker(1);
  site.server.wait_for("ready: 1 worker");

  kill(first, SIGSTOP);

  EXPECT_THAT(site.server.wait_for("died: "), HasSubstr("heartbeat older than --timeout 1 s"));
  site.server.ready_worker(1, 2);
  EXPECT_EQ(site.connect().get("/_dash-layout").status, 200);
}

}  // namespace
}  // namespace ekiden::test
