// SPDX-License-Identifier: MIT
// SIGUSR2: another program takes the place of the one that runs, with its sockets, workers and
// memory, or does not.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// The real program from a folder of the test's own, where it may be replaced, with an app and a
/// configuration file that may be replaced too.
class Upgrade : public testing::Test {
 protected:
  Upgrade() {
    install(program_path());
    deploy("remembers");
    configure("");
  }

  fs::path path(const std::string& name) const { return folder_.path() / name; }
  void replace(const fs::path& with, const std::string& name) const {
    fs::copy_file(with, path("new"));
    fs::rename(path("new"), path(name));
  }
  void install(const fs::path& program) const { replace(program, "ekiden"); }
  void deploy(const std::string& app) const { replace(test_apps() / (app + ".so"), "site.so"); }
  void configure(const std::string& more) const {
    std::ofstream(path("ekiden.toml"))
        << "cache-size = \"4M\"\nbind = [\"unix:" << path("socket").string() << "\"]\n"
        << "admin-bind = \"unix:" << path("admin").string() << "\"\n"
        << "control-socket = \"" << path("control").string() << "\"\n"
        << more;
  }
  void script(const std::string& text) const {
    std::ofstream(path("new")) << "#!/bin/sh\n" << text << "\n";
    fs::permissions(path("new"), fs::perms(0755));
    fs::rename(path("new"), path("ekiden"));
  }
  RunningServer start(std::vector<std::string> arguments = {}) const {
    std::vector<std::string> command{path("ekiden").string(), "-c", path("ekiden.toml").string(),
                                     path("site.so").string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunningServer(std::move(command), {"EKIDEN_TEST_MARK=" + path("mark").string()});
  }
  std::string call(const std::string& output, const std::string& value) const {
    RawClient client = connect_to(path("socket"));
    client.send(Site::callback_request(output, value));
    return client.receive().body;
  }
  /// A sample of the metrics.
  std::string sample(const std::string& name) const {
    RawClient client = connect_to(path("admin"));
    const std::string text = client.get("/metrics").body;
    const std::size_t begin = text.find("\n" + name + " ");
    if (begin == std::string::npos) return "none";
    return text.substr(begin + name.size() + 2,
                       text.find('\n', begin + 1) - begin - name.size() - 2);
  }

  worker::test::TemporaryFolder folder_;
};

TEST_F(Upgrade, TheNextImageServesUnderTheSamePidWithAllThatIsInTheCache) {
  RunningServer server = start({"--workers", "2"});
  server.wait_for("ready: 2 workers");
  const WatchedProcess old(server.ready_worker(1));
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
  server.wait_for("computes hey");
  const fs::path program = path("ekiden");
  fs::rename(program, path("old"));
  install(program_path());

  server.send_signal(SIGUSR2);

  server.wait_for("has taken over from");
  EXPECT_TRUE(old.gone_within(kServerPatience));
  EXPECT_EQ(title_of(server.pid()), "ekiden: master");
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
  EXPECT_THAT(server.wait_for("generation 2 serves"), HasSubstr("2 old workers drain"));
  EXPECT_EQ(server.count("computes hey"), 1) << "the value was in the cache";
  EXPECT_EQ(sample("ekiden_reloads_total{outcome=\"served\"}"), "1");
  EXPECT_EQ(sample("ekiden_callback_duration_seconds_count{callback=\"loud.children\"}"), "2");
}

TEST_F(Upgrade, OneMayFollowTheOther) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  for (int times = 1; times <= 3; ++times) {
    server.send_signal(SIGUSR2);
    server.wait_for("has taken over from", times);
  }
  server.wait_for("generation 4 serves");
  server.send_signal(SIGHUP);
  server.wait_for("generation 5 serves");
  server.send_signal(SIGTERM);
  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_FALSE(fs::exists(path("socket"))) << "the file belongs to the last image";
  EXPECT_FALSE(fs::exists(path("admin")));
  EXPECT_EQ(server.count("died"), 0);
}

TEST_F(Upgrade, NoRequestFailsMeanwhile) {
  RunningServer server = start({"--workers", "2", "--threads", "2"});
  server.wait_for("ready: 2 workers");
  std::atomic<bool> over = false;
  std::atomic<int> answered = 0, failed = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      RawClient client = connect_to(path("socket"));
      while (!over) {
        client.send(Site::callback_request("loud", "hey"));
        const Reply reply = client.receive();
        ++(reply.status == 200 ? answered : failed);
        const bool closes = reply.status != 200 || reply.header("Connection") == "close";
        if (closes) client = connect_to(path("socket"));
      }
    });
  }
  for (int times = 1; times <= 4; ++times) {
    server.send_signal(SIGUSR2);
    server.wait_for("has taken over from", times);
  }
  over = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(failed, 0);
  EXPECT_GT(answered, 100);
}

TEST_F(Upgrade, AProgramThatIsNoneChangesNothing) {
  RunningServer server = start();
  const WatchedProcess worker(server.ready_worker(1));
  server.wait_for("ready: 1 worker");
  script("exit 0");
  server.send_signal(SIGUSR2);
  server.wait_for("no upgrade, ekiden");

  fs::remove(path("ekiden"));
  server.send_signal(SIGUSR2);
  EXPECT_THAT(server.wait_for("no upgrade, ekiden", 2), HasSubstr("No such file"));

  EXPECT_FALSE(worker.gone_within(std::chrono::seconds(0)));
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
}

TEST_F(Upgrade, AProgramThatHangsIsGivenUp) {
  RunningServer server = start({"--load-timeout", "1"});
  server.wait_for("ready: 1 worker");
  script("exec sleep 1000");
  server.send_signal(SIGUSR2);
  EXPECT_THAT(server.wait_for("no upgrade, ekiden"), HasSubstr("--load-timeout 1 s"));
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
}

TEST_F(Upgrade, TermDuringTheTrialStopsTheServer) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  script("echo tried; exec sleep 1000");
  server.send_signal(SIGUSR2);
  server.wait_for("tried");
  server.send_signal(SIGUSR2);
  server.wait_for("no upgrade: an upgrade is under way");
  server.send_signal(SIGTERM);
  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_FALSE(fs::exists(path("socket")));
}

/// The new image waits for its app, which does not come; the old workers serve meanwhile.
TEST_F(Upgrade, TermAfterTheExecStopsTheServer) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  std::ofstream(path("mark.hangs")) << "";
  deploy("fickle");
  server.send_signal(SIGUSR2);
  server.wait_for("hangs");
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
  server.send_signal(SIGTERM);
  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_FALSE(fs::exists(path("socket")));
}

TEST_F(Upgrade, AnAppThatDoesNotLoadChangesNothing) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  deploy("throws");
  server.send_signal(SIGUSR2);
  EXPECT_THAT(server.wait_for("no upgrade, ekiden"), HasSubstr("set-up"));
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
  deploy("remembers");
  server.send_signal(SIGUSR2);
  server.wait_for("has taken over from");
}

TEST_F(Upgrade, AnImageWhoseGenerationFailsBecomesTheOldOneAgain) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  const WatchedProcess worker(server.ready_worker(1));
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
  deploy("fickle");

  server.send_signal(SIGUSR2);

  EXPECT_THAT(server.wait_for("did not take over"),
              AllOf(HasSubstr("goes on with generation 1"), HasSubstr("once is enough")));
  EXPECT_FALSE(worker.gone_within(std::chrono::seconds(0)));
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
  EXPECT_EQ(server.count("computes hey"), 1);
  deploy("remembers");
  server.send_signal(SIGHUP);
  server.wait_for("generation 3 serves; 1 old worker drains");
  EXPECT_TRUE(worker.gone_within(kServerPatience));
  server.send_signal(SIGTERM);
  EXPECT_EQ(server.wait_for_exit(), 0);
  EXPECT_FALSE(fs::exists(path("socket")));
}

TEST_F(Upgrade, SettingsThatDoNotWorkChangeNothing) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  const WatchedProcess worker(server.ready_worker(1));
  std::ofstream(path("ekiden.toml")) << "bind = [\"unix:/nowhere/at/all/socket\"]\n";

  server.send_signal(SIGUSR2);

  EXPECT_THAT(server.wait_for("no upgrade, ekiden"),
              HasSubstr("--bind unix:/nowhere/at/all/socket"));
  EXPECT_FALSE(worker.gone_within(std::chrono::seconds(0)));
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
}

/// What the trial cannot know: the configuration changes between it and the exec.
TEST_F(Upgrade, AnImageThatCannotStartBecomesTheOldOneAgainWithTheSettingsThatItHad) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  const WatchedProcess worker(server.ready_worker(1));
  fs::rename(path("ekiden"), path("real"));
  script(fmt::format("case $EKIDEN_UPGRADE in *:-1) echo broken > {};; esac\nexec {} \"$@\"",
                     path("ekiden.toml").string(), path("real").string()));

  server.send_signal(SIGUSR2);

  EXPECT_THAT(server.wait_for("did not take over"),
              AllOf(HasSubstr("goes on with generation 1"), HasSubstr("exit code 2")));
  EXPECT_FALSE(worker.gone_within(std::chrono::seconds(0)));
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
  EXPECT_EQ(title_of(server.pid()), "ekiden: master");
  server.send_signal(SIGHUP);
  server.wait_for("generation 2 serves");
}

TEST_F(Upgrade, AnotherCacheSizeMeansAnEmptyCache) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  call("loud", "hey");
  server.wait_for("computes hey");
  std::string text;
  std::getline(std::ifstream(path("ekiden.toml")), text, '\0');
  text.replace(text.find("4M"), 2, "8M");
  std::ofstream(path("ekiden.toml")) << text;

  server.send_signal(SIGUSR2);
  server.wait_for("has taken over from");
  server.wait_for("has left");

  server.wait_for("a new one is made, which is empty");
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
  server.wait_for("computes hey", 2);
}

TEST_F(Upgrade, SocketsAreTakenUpOrClosedAsTheSettingsSayThen) {
  const auto bind = [this](const std::string& more) {
    std::ofstream(path("ekiden.toml"))
        << "cache-size = \"4M\"\nbind = [\"unix:" << path("socket").string()
        << "\", \"unix:" << path(more).string() << "\"]\ncontrol-socket = \"\"\n";
  };
  bind("one");
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  bind("two");

  server.send_signal(SIGUSR2);
  server.wait_for("has taken over from");

  EXPECT_FALSE(fs::exists(path("one")));
  EXPECT_EQ(connect_to(path("two")).get("/_dash-layout").status, 200);
  EXPECT_EQ(connect_to(path("socket")).get("/_dash-layout").status, 200);
}

TEST_F(Upgrade, ADiskCacheGoesOn) {
  RunningServer server = start({"--cache-dir", path("cache").string(), "--workers", "2"});
  server.wait_for("ready: 2 workers");
  call("loud", "hey");
  server.send_signal(SIGUSR2);
  server.wait_for("has taken over from");
  EXPECT_THAT(call("loud", "hey"), HasSubstr("hey!"));
  EXPECT_EQ(server.count("computes hey"), 1);
  server.send_signal(SIGTERM);
  EXPECT_EQ(server.wait_for_exit(), 0);
  std::string state;
  std::getline(std::ifstream(path("cache/state")), state);
  EXPECT_THAT(state, HasSubstr("clean"));
}

TEST_F(Upgrade, LogFilesKeepTheirPlaceAndAreRotated) {
  RunningServer server = start({"--access-logfile", path("access").string(), "--error-logfile",
                                path("errors").string(), "--pid", path("pid").string()});
  const auto logged = [&](const std::string& text, const std::string& file = "errors") {
    const auto deadline = std::chrono::steady_clock::now() + kServerPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      std::string all;
      std::getline(std::ifstream(path(file)), all, '\0');
      if (all.find(text) != std::string::npos) return true;
      std::this_thread::yield();
    }
    return false;
  };
  ASSERT_TRUE(logged("ready: 1 worker"));
  server.send_signal(SIGUSR2);
  ASSERT_TRUE(logged("has taken over from"));
  call("loud", "hey");
  EXPECT_TRUE(logged("_dash-update-component", "access"));
  fs::rename(path("access"), path("access.1"));
  server.send_signal(SIGUSR1);
  ASSERT_TRUE(logged("SIGUSR1: log files opened anew"));
  EXPECT_TRUE(fs::exists(path("access")));
  pid_t pid = 0;
  std::ifstream(path("pid")) >> pid;
  EXPECT_EQ(pid, server.pid());
}

TEST_F(Upgrade, WithNothingToTakeOverTheVariableIsRefused) {
  RunningServer server({path("ekiden").string(), path("site.so").string()}, {"EKIDEN_UPGRADE=x"});
  EXPECT_EQ(server.wait_for_exit(), 2);
  server.wait_for("is set by a server for its successor only");
}

}  // namespace
}  // namespace ekiden::test
