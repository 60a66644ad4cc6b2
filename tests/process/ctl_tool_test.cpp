// SPDX-License-Identifier: MIT
// `ekiden ctl` beside a real server; what it says of reloads is in ctl_reload_test.cpp.
#include "server/ctl_tool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ekiden/json.hpp>
#include <optional>
#include <string>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAreArray;

Printed ctl(std::vector<std::string> words, std::vector<std::string> environment = {}) {
  words.insert(words.begin(), "ctl");
  return run_tool(std::move(words), std::move(environment));
}

std::vector<std::string> members_of(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : *object.as_object()) names.push_back(name);
  return names;
}

class CtlTool : public testing::Test {
 protected:
  CtlTool() { site_.server.wait_for("ready: 2 workers"); }
  Printed run(std::vector<std::string> words) const {
    words.insert(words.end(), {"--control-socket", site_.control()});
    return ctl(std::move(words));
  }
  /// What it prints; it must succeed.
  std::string printed(std::vector<std::string> words) const {
    const Printed result = run(std::move(words));
    EXPECT_EQ(result.code, 0) << result.text;
    return result.text;
  }
  Json json(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const std::string text = printed(std::move(words));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    return Json::parse(text);
  }
  Reply call(const std::string& output) const {
    RawClient client = site_.connect();
    client.send(Site::callback_request(output, "x"));
    return client.receive();
  }

  Site site_{"slow", {"--workers", "2"}};
};

const std::vector<std::string> kStatusMembers{
    "app",       "version", "uptime_s", "stopping",     "generation",  "loading",
    "workers",   "threads", "busy",     "longest_call", "connections", "answers",
    "bytes_out", "cache",   "reloads",  "deaths"};
const std::vector<std::string> kWorkerMembers{
    "number", "slot",      "pid",  "state",   "generation",  "age_s",           "requests",
    "queued", "callbacks", "busy", "threads", "connections", "heartbeat_age_s", "calls"};

TEST_F(CtlTool, StatusSaysHowTheServerIs) {
  call("echo");

  EXPECT_THAT(printed({"status"}),
              AllOf(ContainsRegex("app +site, Ekiden "), ContainsRegex("generation +1\n"),
                    ContainsRegex("workers +2 wanted; 2 ready, 0 booting, 0 draining\n"),
                    ContainsRegex("answers .*1 of 2xx"), ContainsRegex("cache +0 values"),
                    ContainsRegex("last reload +none yet\n"),
                    ContainsRegex("longest call +none runs\n"), ContainsRegex("deaths +0\n")));
  const Json status = json({"status"});
  EXPECT_THAT(members_of(status), UnorderedElementsAreArray(kStatusMembers));
  EXPECT_EQ(status["workers"]["ready"], Json(2));
  EXPECT_EQ(status["answers"]["2xx"], Json(1));
}

TEST_F(CtlTool, WorkersListsThem) {
  EXPECT_THAT(printed({"workers"}),
              AllOf(ContainsRegex("SLOT +PID"), ContainsRegex("ready +1\n"),
                    ContainsRegex("ready +2\n"), HasSubstr("no callback runs\n")));
  const Json workers = json({"workers"});
  ASSERT_EQ(workers["workers"].as_array()->size(), 2U);
  for (const Json& worker : *workers["workers"].as_array()) {
    auto members = kWorkerMembers;
    members.emplace_back("private_bytes");
    EXPECT_THAT(members_of(worker), UnorderedElementsAreArray(members));
    EXPECT_EQ(worker["state"], Json("ready"));
    EXPECT_GT(worker["private_bytes"].as_number().value(), 0);
  }
}

TEST_F(CtlTool, TopIsOneFrameWhereThereIsNoTerminal) {
  call("echo");

  EXPECT_THAT(printed({"top"}),
              AllOf(ContainsRegex("workers +2 wanted"), ContainsRegex("SLOT +PID"),
                    HasSubstr("no callback runs"), ContainsRegex("CALLS +FAILED"),
                    ContainsRegex("echo\\.children\n"), Not(HasSubstr("\033"))));
  const Json top = json({"top"});
  EXPECT_THAT(members_of(top), UnorderedElementsAreArray({"status", "workers", "callbacks"}));
  EXPECT_THAT(members_of(top["status"]), UnorderedElementsAreArray(kStatusMembers));
  EXPECT_THAT(members_of(top["callbacks"][0]),
              UnorderedElementsAreArray(
                  {"callback", "calls", "failures", "mean_s", "p99_below_s", "mean_wait_s"}));
}

/// `ekiden ctl top` on a terminal of its own.
class Terminal {
 public:
  explicit Terminal(const std::string& control_socket) {
    pid_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ != 0) return;
    const std::string program = program_path();
    execl(program.c_str(), program.c_str(), "ctl", "top", "--control-socket",
          control_socket.c_str(), nullptr);
    _exit(127);
  }
  ~Terminal() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
    close(terminal_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void press(char key) const { EXPECT_EQ(write(terminal_, &key, 1), 1); }
  /// Reads until `text` has come `times` times.
  bool shows(const std::string& text, int times) {
    pollfd polled{terminal_, POLLIN, 0};
    while (count(text) < times) {
      std::array<char, 4096> buffer;
      if (poll(&polled, 1, 20'000) <= 0) return false;
      const ssize_t size = read(terminal_, buffer.data(), buffer.size());
      if (size <= 0) return false;
      shown_.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return true;
  }
  std::optional<int> wait_for_exit() {
    if (!WatchedProcess(pid_).gone_within(kServerPatience)) return std::nullopt;
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WEXITSTATUS(status);
  }

 private:
  int count(const std::string& text) const {
    int times = 0;
    for (auto at = shown_.find(text); at != std::string::npos; at = shown_.find(text, at + 1)) {
      ++times;
    }
    return times;
  }

  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string shown_;
};

TEST_F(CtlTool, TopRenewsItselfOnATerminalUntilQ) {
  Terminal terminal(site_.control());

  EXPECT_TRUE(terminal.shows("last reload", 2));
  terminal.press('q');

  EXPECT_EQ(terminal.wait_for_exit(), 0);
}

TEST_F(CtlTool, ScaleChangesTheNumberOfWorkers) {
  EXPECT_EQ(printed({"scale", "3"}), "3 workers wanted, 2 before\n");
  site_.server.ready_worker(3);

  const Json scaled = json({"scale", "1"});

  EXPECT_EQ(scaled["workers"], Json(1));
  EXPECT_EQ(scaled["before"], Json(3));
  site_.server.wait_for("has left", 2);
  EXPECT_EQ(call("echo").status, 200);
}

TEST_F(CtlTool, ScaleRefusesWhatIsNoNumberOfWorkers) {
  for (const std::string number : {"0", "-1", "129", "many", "2.5", ""}) {
    const Printed result = run({"scale", number});
    EXPECT_EQ(result.code, 2) << number;
    EXPECT_THAT(result.text, AllOf(HasSubstr("ekiden ctl: "), HasSubstr("N"))) << number;
    EXPECT_EQ(std::count(result.text.begin(), result.text.end(), '\n'), 1) << result.text;
  }
  EXPECT_EQ(run({"scale"}).code, 2);
  EXPECT_EQ(json({"status"})["workers"]["wanted"], Json(2));
}

TEST_F(CtlTool, DrainFinishesWhatRunsThenStops) {
  RunningCallback running(site_);

  EXPECT_EQ(printed({"drain"}), "workers finish what they do, then all stops\n");

  site_.server.wait_for("ekiden ctl drain");
  EXPECT_THAT(running.finish().body, HasSubstr("done"));
  EXPECT_EQ(site_.server.wait_for_exit(), 0);
}

TEST_F(CtlTool, DrainIsSaidInJson) { EXPECT_EQ(json({"drain"})["draining"], Json(true)); }

TEST_F(CtlTool, NothingIsTakenOnWhileTheServerStops) {
  RunningCallback running(site_);
  printed({"drain"});
  site_.server.wait_for("ekiden ctl drain");

  for (const char* command : {"drain", "reload"}) {
    const Printed result = run({command});
    EXPECT_EQ(result.code, 1) << command;
    EXPECT_THAT(result.text, HasSubstr("the server is about to stop")) << command;
  }
  EXPECT_EQ(json({"status"})["stopping"], Json(true));
}

TEST_F(CtlTool, TheSocketIsForItsUserAlone) {
  struct stat status {};
  ASSERT_EQ(lstat(site_.control().c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(CtlTool, AServerThatIsGoneIsReported) {
  site_.server.send_signal(SIGKILL);
  site_.server.wait_for_exit();

  for (const char* command : {"status", "workers", "top", "reload", "drain"}) {
    const Printed result = run({command});
    EXPECT_EQ(result.code, 1) << command;
    EXPECT_THAT(result.text, AllOf(HasSubstr(site_.control() + ": Connection refused"),
                                   HasSubstr("no server listens there any more")));
  }
}

TEST(CtlToolAlone, WrongWordsEndWithCodeTwo) {
  EXPECT_EQ(ctl({}).code, 2);
  EXPECT_EQ(ctl({"stop"}).code, 2);
  EXPECT_EQ(ctl({"status", "now"}).code, 2);
  EXPECT_EQ(ctl({"status", "--wait"}).code, 2);
  EXPECT_EQ(ctl({"--help"}).code, 0);
}

TEST(CtlToolAlone, ASocketThatIsNotThereIsAnError) {
  const Printed result = ctl({"status", "--control-socket", "/nowhere/control"});

  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.text, AllOf(HasSubstr("ekiden ctl: /nowhere/control: No such file"),
                                 HasSubstr("there is no such file")));
}

/// As a user who has no servers: other tests' servers are this user's.
TEST(CtlToolAlone, WithoutAServerItSaysWhereItLooked) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  RunningServer tool([] {
    if (setresuid(54321, 54321, 54321) != 0) return 99;
    unsetenv("XDG_RUNTIME_DIR");
    const server::ToolOutput output = server::run_ctl_tool({"status"});
    std::fputs(output.note.c_str(), stderr);
    return output.exit_code;
  });

  EXPECT_EQ(tool.wait_for_exit(), 1);
  EXPECT_THAT(tool.output(), AllOf(HasSubstr("no server of this user is running"),
                                   HasSubstr("\n  /run/ekiden\n  /tmp/ekiden-54321\n"),
                                   HasSubstr("--control-socket")));
}

TEST(CtlToolAlone, OfSeveralServersOneIsToBeChosen) {
  const TwoServers servers("slow", "steady");

  const Printed several = ctl({"drain"}, servers.environment);

  EXPECT_EQ(several.code, 1);
  EXPECT_THAT(several.text, HasSubstr("several servers are running; choose one with "
                                      "--control-socket:"));
  const std::size_t begin = several.text.find(servers.runtime.path().string() + "/ekiden/steady-");
  ASSERT_NE(begin, std::string::npos) << several.text;
  const std::string path = several.text.substr(begin, several.text.find('\n', begin) - begin);
  EXPECT_THAT(ctl({"status", "--control-socket", path}).text, ContainsRegex("app +steady,"));
}

}  // namespace
}  // namespace ekiden::test
