// SPDX-License-Identifier: MIT
// What becomes of the app "counts", whose callback counts in a global, by the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

Reply ask(RawClient& client, const std::string& output) {
  client.send(Site::callback_request(output, "x"));
  return client.receive();
}

Reply ask(const Site& site, const std::string& output) {
  RawClient client = site.connect();
  return ask(client, output);
}

std::string answer(const std::string& output, int value) {
  return R"({"multi":true,"response":{")" + output + R"(":{"children":)" + std::to_string(value) +
         "}}}";
}

constexpr const char* kReport =
    R"(.*worker 1: callback count\.children \(counts\.cpp:[0-9]+\) wrote to the global `calls` )"
    R"(at counts\.cpp:[0-9]+; this was refused\. Request: /_dash-update-component from .*)"
    R"(dcc::Store.*memoize.*worker_local.*)";

TEST(Seal, RefusesAWriteAndNamesItInTheLogOnly) {
  Site site("counts");
  site.server.wait_for("ready: 1 worker");

  const Reply reply = ask(site, "count");

  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, AllOf(HasSubstr("500 Internal Server Error"), Not(HasSubstr("calls")),
                                Not(HasSubstr("count.children"))));
  EXPECT_THAT(site.server.wait_for("wrote to"), MatchesRegex(kReport));
  EXPECT_EQ(ask(site, "read").body, answer("read", 0));
}

TEST(Seal, ShowsItInThePageUnderDebug) {
  Site site("counts", {"--debug"});
  site.server.wait_for("ready: 1 worker");

  const Reply reply = ask(site, "count");

  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body,
              AllOf(HasSubstr("<h1>GlobalWrite</h1>"), HasSubstr("the global `calls`"),
                    HasSubstr("count.children"), HasSubstr("must not modify anything outside")));
}

TEST(Seal, ReplacesTheWorkerOnceItsSuccessorIsReady) {
  Site site("counts");
  const pid_t first = site.server.ready_worker(1);
  site.server.wait_for("ready: 1 worker");

  ask(site, "count");

  EXPECT_NE(site.server.ready_worker(1, 2), first);
  site.server.wait_for("worker 1 (" + std::to_string(first) + ") has left");
  EXPECT_EQ(site.server.count("died"), 0);
  EXPECT_EQ(ask(site, "read").status, 200);
}

TEST(Seal, LetsAWorkersOtherCallbacksFinishBeforeItLeaves) {
  Site site("counts", {"--threads", "2"});
  const pid_t first = site.server.ready_worker(1);
  site.server.wait_for("ready: 1 worker");
  RunningCallback running(site);

  EXPECT_EQ(ask(site, "count").status, 500);
  site.server.ready_worker(1, 2);

  EXPECT_THAT(running.finish().body, HasSubstr("done"));
  site.server.wait_for("worker 1 (" + std::to_string(first) + ") has left");
}

TEST(Seal, ReportsAPlaceOnceAndCountsItOverAllWorkers) {
  Site site("counts");
  site.server.wait_for("ready: 1 worker");

  RawClient client = site.connect();
  for (int i = 0; i < 10; ++i) {
    Reply reply = ask(client, "count");
    EXPECT_EQ(reply.status, 500);
    if (reply.header("Connection") == "close") client = site.connect();
  }

  site.server.wait_for("(10 times now)");
  EXPECT_EQ(site.server.count("this was refused"), 1);
  EXPECT_EQ(site.server.count("will be replaced"), 1);
}

TEST(Seal, SealsTheNextGenerationToo) {
  Site site("counts");
  site.server.wait_for("ready: 1 worker");

  site.server.send_signal(SIGHUP);
  site.server.wait_for("generation 2 serves");

  EXPECT_EQ(ask(site, "count").status, 500);
  EXPECT_EQ(ask(site, "read").body, answer("read", 0));
}

/// The other callbacks of that worker go on.
TEST(Seal, RefusesWritesOfThreadsThatACallbackStarts) {
  for (const std::string output : {"async", "thread"}) {
    SCOPED_TRACE(output);
    Site site("counts", {"--threads", "2"});
    const pid_t first = site.server.ready_worker(1);
    site.server.wait_for("ready: 1 worker");
    RunningCallback running(site);

    EXPECT_EQ(ask(site, output).status, 500);

    EXPECT_THAT(
        site.server.wait_for("wrote to"),
        AllOf(HasSubstr("callback " + output + ".children"), HasSubstr("the global `calls`")));
    site.server.ready_worker(1, 2);
    EXPECT_THAT(running.finish().body, HasSubstr("done"));
    site.server.wait_for("worker 1 (" + std::to_string(first) + ") has left");
    EXPECT_EQ(ask(site, "read").body, answer("read", 0));
  }
}

TEST(Seal, WarnLetsTheValueLiveInThatWorker) {
  Site site("counts", {"--seal", "warn"});
  site.server.wait_for("ready: 1 worker");

  EXPECT_EQ(ask(site, "count").body, answer("count", 1));
  EXPECT_EQ(ask(site, "count").body, answer("count", 2));
  EXPECT_EQ(ask(site, "read").body, answer("read", 2));
  EXPECT_THAT(site.server.wait_for("[warning]"),
              AllOf(HasSubstr("callback count.children"), HasSubstr("the global `calls`"),
                    HasSubstr("--seal warn lets the value live in this worker only")));
  EXPECT_EQ(site.server.count("will be replaced"), 0);
}

TEST(Seal, WarnsOfWritesOfThreadsThatACallbackStarts) {
  Site site("counts", {"--seal", "warn"});
  site.server.wait_for("ready: 1 worker");

  EXPECT_EQ(ask(site, "thread").body, answer("thread", 1));

  EXPECT_THAT(site.server.wait_for("[warning]"),
              AllOf(HasSubstr("callback thread.children"), HasSubstr("the global `calls`")));
}

TEST(Seal, OffSealsNothing) {
  Site site("counts", {"--seal", "off"});
  site.server.wait_for("ready: 1 worker");

  EXPECT_EQ(ask(site, "count").body, answer("count", 1));
  EXPECT_EQ(ask(site, "count").body, answer("count", 2));
  EXPECT_EQ(site.server.count("[warning]"), 0);
}

TEST(Seal, ServesInOneProcessToo) {
  Site site("counts", {"--workers", "0"});
  site.server.wait_for("serves in one process");

  EXPECT_EQ(ask(site, "count").status, 500);
  EXPECT_EQ(ask(site, "read").body, answer("read", 0));
  site.server.send_signal(SIGTERM);
  EXPECT_EQ(site.server.wait_for_exit(), 0);
}

TEST(CheckConfig, ListsTheWritableGlobals) {
  RunningServer server = run_program({"--check-config", (test_apps() / "counts.so").string()});

  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_THAT(server.output(),
              AllOf(HasSubstr("[warning]"), HasSubstr("counts.so has writable globals"),
                    HasSubstr("  calls (4 bytes)"), HasSubstr("settings and app are in order"),
                    ContainsRegex("set-up takes [0-9]+\\.[0-9] MiB, once for all workers")));
}

TEST(CheckConfig, IsSilentAboutAnAppWithoutAny) {
  RunningServer server = run_program({"--check-config", (test_apps() / "steady.so").string()});

  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_THAT(server.output(),
              AllOf(Not(HasSubstr("[warning]")), HasSubstr("steady, 5 callbacks")));
}

TEST(CheckConfig, SaysWhyAnAppDoesNotLoad) {
  RunningServer server = run_program({"--check-config", (test_apps() / "throws.so").string()});

  EXPECT_EQ(server.wait_for_exit(), 4);
  EXPECT_EQ(server.count("[critical]"), 1);
}

}  // namespace
}  // namespace ekiden::test
