// SPDX-License-Identifier: MIT
// `ekiden cache` beside a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

Printed cache_tool(std::vector<std::string> words, std::vector<std::string> environment = {}) {
  words.insert(words.begin(), "cache");
  return run_tool(std::move(words), std::move(environment));
}

std::string call(const Site& site, const std::string& output, const std::string& value) {
  RawClient client = site.connect();
  client.send(Site::callback_request(output, value));
  return client.receive().body;
}

class CacheTool : public testing::Test {
 protected:
  CacheTool() { site_.server.wait_for("ready: 2 workers"); }
  /// What the tool prints; it must succeed.
  std::string printed(std::vector<std::string> words) const {
    words.insert(words.end(), {"--control-socket", (site_.folder.path() / "control").string()});
    const Printed result = cache_tool(std::move(words));
    EXPECT_EQ(result.code, 0) << result.text;
    return result.text;
  }
  int computations() { return site_.server.count("computes "); }

  Site site_{"remembers", {"--workers", "2"}};
};

TEST_F(CacheTool, ListsWhatCallbacksHaveMadeTheServerRemember) {
  call(site_, "loud", "apples");
  call(site_, "note", "buy figs");

  const std::string list = printed({"ls"});

  EXPECT_THAT(list, HasSubstr("BYTES"));
  EXPECT_THAT(list, ContainsRegex("7 .*never .*std::string +loud\\(\"apples\"\\)\n"));
  EXPECT_THAT(list, ContainsRegex("5 min .*std::string +get\\(\"note\"\\)\n"));
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), 3);
}

TEST_F(CacheTool, ListsNoMoreThanTheLimitAndSaysSo) {
  for (const char* text : {"a", "b", "c"}) call(site_, "loud", text);

  EXPECT_THAT(printed({"ls", "--limit", "2"}), HasSubstr("2 of about 3 values"));
}

TEST_F(CacheTool, ShowsAValueByTheKeyThatTheListHas) {
  call(site_, "loud", R"(two\nlines)");
  call(site_, "note", "buy figs");

  EXPECT_THAT(printed({"show", R"(loud("two\nlines"))"}),
              AllOf(HasSubstr("kind     memoized"), HasSubstr(R"(text     "two\nlines!")")));
  EXPECT_THAT(printed({"show", R"(get("note"))"}),
              AllOf(HasSubstr("kind     value"), HasSubstr("type     std::string"),
                    HasSubstr(R"(text     "buy figs")")));
}

TEST_F(CacheTool, AKeyThatIsNotThereIsAnErrorThatNamesIt) {
  const Printed result = cache_tool(
      {"show", R"(loud("pears"))", "--control-socket", (site_.folder.path() / "control").string()});

  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.text, HasSubstr(R"(no value has the key loud("pears"))"));
}

TEST_F(CacheTool, WhatIsClearedIsComputedAnew) {
  call(site_, "loud", "apples");
  call(site_, "loud", "apples");
  site_.server.wait_for("computes apples");
  EXPECT_EQ(computations(), 1);

  EXPECT_THAT(printed({"clear"}), HasSubstr("cleared 1 values"));
  EXPECT_THAT(printed({"ls"}), Not(HasSubstr("apples")));

  EXPECT_THAT(call(site_, "loud", "apples"), HasSubstr("apples!"));
  site_.server.wait_for("computes apples", 2);
}

TEST_F(CacheTool, EvictingATagForgetsTheValuesThatBearItAndNoOthers) {
  call(site_, "loud", "apples");
  call(site_, "note", "buy figs");

  EXPECT_THAT(printed({"evict", "words"}), HasSubstr("\"words\""));

  EXPECT_THAT(printed({"ls"}), AllOf(Not(HasSubstr("loud")), HasSubstr("note")));
  call(site_, "loud", "apples");
  site_.server.wait_for("computes apples", 2);
}

TEST_F(CacheTool, CountsHitsAndMissesOfEachFunction) {
  for (int times = 0; times < 4; ++times) call(site_, "loud", "apples");

  const std::string statistics = printed({"stats"});

  EXPECT_THAT(statistics, ContainsRegex("computations +1\n"));
  EXPECT_THAT(statistics, ContainsRegex("hit % +75.0\n"));
  // Hits, misses, share of hits, waits, stale, computed, failed, time, bytes.
  EXPECT_THAT(statistics, ContainsRegex("3 +1 +75.0 +0 +0 +1 +0 .*s +7  loud\n"));
}

TEST_F(CacheTool, PrintsOneLineOfJsonForPrograms) {
  call(site_, "loud", "apples");

  const std::string list = printed({"ls", "--json"}), statistics = printed({"stats", "--json"});

  EXPECT_THAT(list, HasSubstr(R"x("key":"loud(\"apples\")")x"));
  EXPECT_THAT(list, AllOf(HasSubstr("\"bytes\":7"), HasSubstr("\"expires_in_s\":null"),
                          HasSubstr("\"total\":1")));
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), 1);
  EXPECT_THAT(statistics, HasSubstr(R"("name":"loud","hits":0,"misses":1)"));
}

TEST_F(CacheTool, TheSocketIsForItsUserAloneAndGoesWithTheServer) {
  const auto path = site_.folder.path() / "control";
  struct stat status {};
  ASSERT_EQ(lstat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);

  site_.server.send_signal(SIGTERM);
  EXPECT_EQ(site_.server.wait_for_exit(), 0);

  EXPECT_NE(lstat(path.c_str(), &status), 0);
  const Printed result = cache_tool({"ls", "--control-socket", path.string()});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.text, HasSubstr("there is no such file"));
}

TEST_F(CacheTool, AServerThatWasKilledIsReportedAsGone) {
  const auto path = site_.folder.path() / "control";
  site_.server.send_signal(SIGKILL);
  site_.server.wait_for_exit();

  const Printed result = cache_tool({"stats", "--control-socket", path.string()});

  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.text, HasSubstr("no server listens there any more"));
}

/// True as soon as a callback had to compute; asks again and again until then.
bool computes_again(Site& site, int times) {
  const auto deadline = std::chrono::steady_clock::now() + kServerPatience;
  while (site.server.count("computes ") < times) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    call(site, "loud", "apples");
  }
  return true;
}

TEST(CacheToolAndDisk, WhatIsOnDiskIsForgottenToo) {
  const worker::test::TemporaryFolder folder;
  const std::vector<std::string> arguments{"--cache-dir", folder.path().string()};
  {
    Site site("remembers", arguments);
    site.server.wait_for("ready: 1 worker");
    call(site, "loud", "apples");
    site.server.send_signal(SIGTERM);
    ASSERT_EQ(site.server.wait_for_exit(), 0);
  }
  Site site("remembers", arguments);
  site.server.wait_for("ready: 1 worker");
  call(site, "loud", "apples");
  ASSERT_EQ(site.server.count("computes "), 0) << "it comes from the disk";
  const std::string control = site.folder.path() / "control";

  EXPECT_EQ(cache_tool({"clear", "--control-socket", control}).code, 0);
  EXPECT_TRUE(computes_again(site, 1));

  EXPECT_EQ(cache_tool({"evict", "words", "--control-socket", control}).code, 0);
  EXPECT_TRUE(computes_again(site, 2));
}

/// Connects as another user; what comes back is the errno, or 0 if it is even answered.
int ask_as_nobody(const std::string& path) {
  constexpr uid_t kNobody = 65534;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const server::Descriptor connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (setresuid(kNobody, kNobody, kNobody) != 0) return errno;
  if (connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return errno;
  }
  constexpr std::string_view kRequest = "{\"version\":1,\"command\":\"cache.clear\"}\n";
  char answer = 0;
  if (send(connection.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) return errno;
  return recv(connection.get(), &answer, 1, 0) == 1 ? 0 : ECONNRESET;
}

TEST_F(CacheTool, AnotherUserIsNotHeardEvenIfTheFileLetsHimIn) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const std::string path = site_.folder.path() / "control";
  chmod(site_.folder.path().c_str(), 0755);
  call(site_, "loud", "apples");
  RunningServer shut_out([&] { return ask_as_nobody(path); });
  EXPECT_EQ(shut_out.wait_for_exit(), EACCES);

  chmod(path.c_str(), 0666);
  RunningServer stranger([&] { return ask_as_nobody(path); });

  const int code = stranger.wait_for_exit().value_or(-1);
  EXPECT_TRUE(code == ECONNRESET || code == EPIPE) << code;
  site_.server.wait_for("of user 65534 is not heard");
  EXPECT_THAT(printed({"ls"}), HasSubstr("apples"));
}

TEST(CacheToolAlone, TheOnlyServerIsFoundAndSeveralAreListed) {
  // Those of others in /run and /tmp are found too: so only what these two add is asserted.
  const TwoServers servers("remembers", "steady");

  const Printed several = cache_tool({"ls"}, servers.environment);
  const std::string path = servers.runtime.path() / "ekiden";

  EXPECT_EQ(several.code, 1);
  EXPECT_THAT(several.text, AllOf(HasSubstr("several servers are running"),
                                  ContainsRegex(path + "/remembers-[0-9]+\\.sock"),
                                  ContainsRegex(path + "/steady-[0-9]+\\.sock")));
}

TEST(CacheToolAlone, WithoutAControlSocketThereIsNone) {
  const worker::test::TemporaryFolder runtime;
  RunningServer server =
      run_program({"--bind", "127.0.0.1:0", "--cache-size", "1M", "--no-control-socket",
                   (test_apps() / "remembers.so").string()},
                  {"XDG_RUNTIME_DIR=" + runtime.path().string()});
  server.wait_for("ready: 1 worker");

  EXPECT_FALSE(std::filesystem::exists(runtime.path() / "ekiden"));
  EXPECT_EQ(server.count("control socket"), 0);
}

TEST(CacheToolAlone, AServerWhoseControlSocketCannotBeMadeDoesNotStart) {
  RunningServer server =
      run_program({"--bind", "127.0.0.1:0", "--cache-size", "1M", "--control-socket",
                   "/nowhere/control", (test_apps() / "remembers.so").string()});

  EXPECT_EQ(server.wait_for_exit(), 1);
  server.wait_for("--control-socket /nowhere/control: No such file or directory");
}

TEST(CacheToolAlone, WrongWordsEndWithCodeTwo) {
  EXPECT_EQ(cache_tool({}).code, 2);
  EXPECT_EQ(cache_tool({"list"}).code, 2);
  EXPECT_EQ(cache_tool({"show"}).code, 2);
  EXPECT_EQ(cache_tool({"ls", "--limit", "0"}).code, 2);
  EXPECT_EQ(cache_tool({"--help"}).code, 0);
}

}  // namespace
}  // namespace ekiden::test
