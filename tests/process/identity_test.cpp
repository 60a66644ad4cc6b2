// SPDX-License-Identifier: MIT
// Who the processes are: their user, number, name, folder and variables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

std::string contents(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// The line of /proc/PID/status that begins so.
std::string status_line(pid_t pid, const std::string& name) {
  std::istringstream lines(contents("/proc/" + std::to_string(pid) + "/status"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + ":")) return line;
  }
  return {};
}

std::string title(pid_t pid) {
  return contents("/proc/" + std::to_string(pid) + "/cmdline").c_str();
}

TEST(PidFile, HoldsTheMastersNumberWhileItRuns) {
  const worker::test::TemporaryFolder folder;
  const fs::path file = folder.path() / "pid";
  Site site("steady", {"--pid", file.string()});
  site.server.wait_for("ready: 1 worker");

  EXPECT_EQ(contents(file), std::to_string(site.server.pid()) + "\n");
  site.server.send_signal(SIGTERM);
  EXPECT_EQ(site.server.wait_for_exit(), 0);

  EXPECT_FALSE(fs::exists(file));
}

TEST(PidFile, OfARunningProcessIsNotTaken) {
  const worker::test::TemporaryFolder folder;
  const std::string file = folder.write("pid", std::to_string(getpid()) + "\n");

  Site site("steady", {"-p", file});

  EXPECT_EQ(site.server.wait_for_exit(), 1);
  EXPECT_THAT(site.server.wait_for("--pid"),
              HasSubstr("process " + std::to_string(getpid()) + " runs"));
  EXPECT_EQ(contents(file), std::to_string(getpid()) + "\n");
}

TEST(PidFile, LeftBehindIsTaken) {
  const worker::test::TemporaryFolder folder;
  const std::string file = folder.write("pid", "999999999\n");

  Site site("steady", {"-p", file});
  site.server.wait_for("ready: 1 worker");

  EXPECT_EQ(contents(file), std::to_string(site.server.pid()) + "\n");
}

TEST(Processes, HaveTheNameThatTheyAreGiven) {
  Site site("steady", {"--name", "shop"});
  const pid_t worker = site.server.ready_worker(1);

  EXPECT_EQ(title(site.server.pid()), "shop: master");
  EXPECT_EQ(title(worker), "shop: worker 1");
}

TEST(Processes, GoToTheirFolderFirst) {
  const worker::test::TemporaryFolder folder;
  fs::copy_file(test_apps() / "steady.so", folder.path() / "site.so");
  RunningServer server = run_program({"--chdir", folder.path().string(), "--bind", "unix:socket",
                                      "--control-socket", "control", "./site.so"});
  server.wait_for("ready: 1 worker");

  EXPECT_TRUE(fs::is_socket(folder.path() / "socket"));
}

TEST(Processes, SayThatTheirFolderIsNotThere) {
  RunningServer server = run_program({"--chdir", "/nowhere", "steady"});

  EXPECT_EQ(server.wait_for_exit(), 1);
  EXPECT_THAT(server.wait_for("--chdir"), HasSubstr("/nowhere: No such file"));
}

TEST(Processes, GetVariablesAndUmask) {
  Site site("steady", {"-e", "EKIDEN_TEST_VARIABLE=it is there", "--umask", "027"});
  const pid_t worker = site.server.ready_worker(1);

  EXPECT_EQ(status_line(worker, "Umask"), "Umask:\t0027");
  RawClient client = site.connect();
  client.send(Site::callback_request("variable", "EKIDEN_TEST_VARIABLE"));
  EXPECT_THAT(client.receive().body, HasSubstr("it is there"));
}

TEST(Privileges, OfASomebodyUnknownAreRefused) {
  Site site("steady", {"--user", "nobody-of-that-name"});

  EXPECT_EQ(site.server.wait_for_exit(), 1);
  EXPECT_THAT(site.server.wait_for("--user"), HasSubstr("there is no such user"));
}

class AsRoot : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  }
};

TEST_F(AsRoot, MoldAndWorkersBecomeTheUser) {
  const worker::test::TemporaryFolder logs;
  const std::string log = (logs.path() / "access.log").string();
  fs::permissions(logs.path(), fs::perms(0755));
  Site site("steady", {"--user", "nobody", "--cache-dir", (logs.path() / "cache").string(),
                       "--access-logfile", log});
  const pid_t worker = site.server.ready_worker(1);
  const passwd* nobody = getpwnam("nobody");
  const std::string id = std::to_string(nobody->pw_uid);

  EXPECT_EQ(status_line(worker, "Uid"), "Uid:\t" + id + "\t" + id + "\t" + id + "\t" + id);
  EXPECT_THAT(status_line(worker, "Gid"), StartsWith("Gid:\t" + std::to_string(nobody->pw_gid)));
  EXPECT_EQ(status_line(worker, "NoNewPrivs"), "NoNewPrivs:\t1");
  EXPECT_EQ(status_line(site.server.pid(), "Uid"), "Uid:\t0\t0\t0\t0");
  EXPECT_EQ(site.connect().get("/_dash-layout").status, 200);
}

TEST_F(AsRoot, ReloadAndLogsWorkAllTheSame) {
  const worker::test::TemporaryFolder logs;
  const fs::path log = logs.path() / "access.log";
  Site site("steady", {"--user", "nobody", "--access-logfile", log.string()});
  site.server.wait_for("ready: 1 worker");

  site.server.send_signal(SIGHUP);
  site.server.wait_for("generation 2 serves");
  fs::rename(log, logs.path() / "access.log.1");
  site.server.send_signal(SIGUSR1);
  site.server.wait_for("log files opened anew");

  // Each over a connection of its own: the old worker, which drains, may have got the first.
  const auto deadline = std::chrono::steady_clock::now() + kServerPatience;
  while (contents(log).empty() && std::chrono::steady_clock::now() < deadline) {
    EXPECT_EQ(site.connect().get("/_dash-layout").status, 200);
  }
  EXPECT_THAT(contents(log), HasSubstr("/_dash-layout"));
}

TEST_F(AsRoot, NobodyOutlivesAKilledMaster) {
  Site site("steady", {"--user", "nobody", "--workers", "2"});
  const pid_t worker = site.server.ready_worker(2);
  std::vector<WatchedProcess> children;
  for (const pid_t pid : children_of(site.server.pid())) children.emplace_back(pid);
  ASSERT_GT(worker, 0);
  ASSERT_EQ(children.size(), 3U);

  site.server.send_signal(SIGKILL);

  for (const WatchedProcess& child : children) {
    EXPECT_TRUE(child.gone_within(std::chrono::seconds(1)));
  }
}

TEST_F(AsRoot, AGroupAloneIsTaken) {
  Site site("steady", {"--group", "nogroup"});
  const pid_t worker = site.server.ready_worker(1);

  EXPECT_THAT(status_line(worker, "Gid"), HasSubstr("\t65534"));
  EXPECT_EQ(status_line(worker, "Uid"), "Uid:\t0\t0\t0\t0");
}

}  // namespace
}  // namespace ekiden::test
