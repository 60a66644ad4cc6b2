// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::HasSubstr;

/// Clients that ask without a pause, each over one connection for as long as it is kept alive.
class Load {
 public:
  /// An answer is good if it holds `answer`.
  explicit Load(const Site& site, const std::string& output = "echo",
                const std::string& answer = "hello")
      : request_(Site::callback_request(output, "hello")), answer_(answer) {
    for (int i = 0; i < 4; ++i) clients_.emplace_back([this, &site] { ask(site); });
  }
  ~Load() { stop(); }
  void stop() {
    stopping_ = true;
    for (std::thread& client : clients_) {
      if (client.joinable()) client.join();
    }
  }
  int answered() const { return answered_; }
  int failed() const { return failed_; }

 private:
  void ask(const Site& site) {
    while (!stopping_) {
      RawClient client = site.connect();
      for (bool open = true; open && !stopping_;) {
        const bool sent = client.send(request_);
        const Reply reply = client.receive();
        const bool good =
            sent && reply.status == 200 && reply.body.find(answer_) != std::string::npos;
        ++(good ? answered_ : failed_);
        open = good && reply.header("Connection") != "close";
      }
    }
  }

  const std::string request_, answer_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> answered_ = 0, failed_ = 0;
  std::vector<std::thread> clients_;
};

/// How many reloads a test does: few, unless EKIDEN_RELOADS says more.
int reloads() {
  const char* given = std::getenv("EKIDEN_RELOADS");
  return given == nullptr ? 4 : std::max(1, std::atoi(given));
}

TEST(Drain, ReloadsUnderKeepAliveLoadFailNoRequestAndLeaveTheCacheAlone) {
  Site site("remembers", {"-w", "2", "--threads", "2"});
  site.server.wait_for("ready: 2 workers");
  RawClient first = site.connect();
  first.send(Site::callback_request("loud", "hello"));
  EXPECT_THAT(first.receive().body, HasSubstr("hello!"));
  first.hang_up();
  Load load(site, "loud", "hello!");

  for (int done = 0; done < reloads(); ++done) {
    const int before = load.answered();
    site.server.send_signal(SIGHUP);
    site.server.wait_for("generation " + std::to_string(done + 2) + " serves");
    EXPECT_GT(load.answered(), before);
  }
  site.server.wait_for("has left", 2 * reloads());
  load.stop();

  EXPECT_EQ(load.failed(), 0) << "of " << load.answered() + load.failed();
  EXPECT_GT(load.answered(), 100);
  EXPECT_EQ(site.server.count("died"), 0);
  EXPECT_EQ(site.server.count("computes hello"), 1) << "what was cached is kept";
}

TEST(Drain, ABrokenModuleUnderLoadFailsNoRequest) {
  Site site("steady", {"-w", "2", "--threads", "2"});
  site.server.wait_for("ready: 2 workers");
  Load load(site);
  site.deploy("throws");

  site.server.send_signal(SIGHUP);

  EXPECT_THAT(site.server.wait_for("reload failed"), HasSubstr("line 7 has five fields"));
  load.stop();
  EXPECT_EQ(load.failed(), 0);
  EXPECT_GT(load.answered(), 0);
}

TEST(Drain, AReloadServesTheModuleThatIsThereNow) {
  Site site("steady");
  site.server.wait_for("ready: 1 worker");
  EXPECT_THAT(site.connect().get("/").body, HasSubstr("<title>first</title>"));
  site.deploy("steady_next");

  site.server.send_signal(SIGHUP);

  site.server.wait_for("generation 2 serves");
  site.server.wait_for("has left");
  EXPECT_THAT(site.connect().get("/").body, HasSubstr("<title>second</title>"));
}

TEST(Drain, AGenerationWhoseLayoutFailsDoesNotServe) {
  const worker::test::TemporaryFolder folder;
  const std::string ill = (folder.path() / "ill").string();
  Site site("moody", {"-w", "2", "--env", "EKIDEN_TEST_ILL=" + ill});
  site.server.wait_for("ready: 2 workers");
  folder.write("ill", "");

  site.server.send_signal(SIGHUP);

  EXPECT_THAT(site.server.wait_for("reload failed"),
              HasSubstr("it answers GET /_dash-layout with 500"));
  std::filesystem::remove(ill);
  EXPECT_EQ(site.connect().get("/_dash-layout").status, 200);
  site.server.send_signal(SIGHUP);
  site.server.wait_for("generation 3 serves");
}

TEST(Drain, ACallbackThatRunsDuringTermIsAnswered) {
  Site site("steady");
  site.server.wait_for("ready: 1 worker");
  RunningCallback callback(site);

  site.server.send_signal(SIGTERM);
  site.server.wait_for("SIGTERM: ");

  const Reply reply = callback.finish();
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr("done"));
  EXPECT_EQ(site.server.wait_for_exit(), 0);
}

TEST(Drain, ACallbackThatDoesNotEndIsGivenUpAfterTheGracefulTimeout) {
  Site site("steady", {"--graceful-timeout", "0.3"});
  site.server.wait_for("ready: 1 worker");
  RunningCallback callback(site);

  site.server.send_signal(SIGTERM);

  EXPECT_EQ(site.server.wait_for_exit(), 0);
}

TEST(Drain, IntEndsARunningCallbackAtOnce) {
  Site site("steady", {"--graceful-timeout", "3600"});
  site.server.wait_for("ready: 1 worker");
  RunningCallback callback(site);

  site.server.send_signal(SIGINT);

  EXPECT_EQ(site.server.wait_for_exit(), 0);
}

}  // namespace
}  // namespace ekiden::test
