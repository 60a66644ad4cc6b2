// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "tests/process/stand_in.hpp"

namespace ekiden::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Starts a server whose set-up is `set_up`, expects it to end with code 4 and to say `sentence`.
void expect_failed_load(const std::function<void()>& set_up, const std::string& sentence) {
  StandIn stand_in;
  stand_in.settings.load_timeout = 5s;
  server::AppCode code = idle_app();
  code.load = [set_up] {
    set_up();
    return std::string("loaded");
  };
  RunningServer server = stand_in.start(code);

  EXPECT_EQ(server.wait_for_exit(), 4);
  EXPECT_THAT(server.wait_for("[critical]"), HasSubstr("app stand_in does not load: " + sentence));
  EXPECT_EQ(server.count("[critical]"), 1);
  EXPECT_EQ(server.count("ready"), 0);
}

TEST(Start, ASetUpThatThrowsEndsTheServerWithItsText) {
  expect_failed_load([] { throw std::runtime_error("no file\ncities.csv"); },
                     "no file\\ncities.csv");
}

TEST(Start, ASetUpThatThrowsSomethingOddEndsTheServer) {
  expect_failed_load([] { throw 7; }, "set-up threw something that is not a std::exception");
}

TEST(Start, ASetUpThatCrashesEndsTheServer) {
  // Not SIGSEGV, which a sanitizer would turn into an exit code.
  expect_failed_load([] { raise(SIGTRAP); }, "set-up was killed by SIGTRAP");
}

TEST(Start, ASetUpThatExitsEndsTheServer) {
  expect_failed_load([] { _exit(0); }, "set-up exited with code 0");
}

TEST(Start, AThreadLeftByTheAppIsNamed) {
  expect_failed_load(
      [] {
        std::thread thread([] {
          pthread_setname_np(pthread_self(), "poller");
          while (true) pause();
        });
        thread.detach();
      },
      "the app left 1 thread running (the last is named 'poller')");
}

TEST(Start, ADescriptorLeftByTheAppIsNamed) {
  expect_failed_load(
      [] {
        const int fd = open("/dev/null", O_RDONLY);
        dup2(fd, 77);
        close(fd);
      },
      "the app left descriptor 77 open (/dev/null)");
}

TEST(Start, ASignalHandlerLeftByTheAppIsNamed) {
  expect_failed_load([] { signal(SIGUSR1, [](int) {}); },
                     "the app left a handler for SIGUSR1 installed");
}

TEST(Start, ATimerLeftByTheAppIsNamed) {
  expect_failed_load([] { alarm(1000); }, "the app left a timer running");
}

TEST(Start, AChildLeftByTheAppIsNamed) {
  expect_failed_load(
      [] {
        if (fork() == 0) pause();
      },
      "the app left a child process behind");
}

TEST(Start, ThreadsAndDescriptorsThatSetUpPutsAwayAreWelcome) {
  StandIn stand_in;
  server::AppCode code = idle_app();
  code.load = [] {
    for (int i = 0; i < 20; ++i) std::thread([] {}).join();
    close(open("/dev/null", O_RDONLY));
    return std::string("tidy");
  };
  RunningServer server = stand_in.start(code);

  server.wait_for("ready: 1 worker");
}

TEST(Start, ASetUpThatHangsEndsTheServerAtTheDeadline) {
  StandIn stand_in;
  stand_in.settings.load_timeout = 200ms;
  server::AppCode code = idle_app();
  code.load = []() -> std::string {
    while (true) pause();
  };
  RunningServer server = stand_in.start(code);

  EXPECT_EQ(server.wait_for_exit(), 4);
  server.wait_for("does not load: set-up takes longer than --load-timeout 0.2 s");
}

TEST(Start, AWorkerThatDiesBeforeItIsReadyEndsTheServer) {
  StandIn stand_in;
  server::AppCode code = idle_app();
  code.serve = [](const shared::Heritage&) { return 9; };
  RunningServer server = stand_in.start(code);

  EXPECT_EQ(server.wait_for_exit(), 3);
  EXPECT_THAT(server.wait_for("[critical]"),
              HasSubstr("worker 1 died before all were ready: exited with code 9"));
}

/// While it lives: in a server that is started meanwhile the kernel refuses the memory for the
/// cache's values once the mold has been forked.
class MemoryRunsOut {
 public:
  MemoryRunsOut() {
    static const int registered = pthread_atfork(nullptr, &after_fork, nullptr);
    EXPECT_EQ(registered, 0);
    tester_ = getpid();
  }
  ~MemoryRunsOut() { tester_ = 0; }
  MemoryRunsOut(const MemoryRunsOut&) = delete;

 private:
  static void after_fork() {
    if (tester_ == 0 || getpid() == tester_) return;
    for (int fd = 3; fd < 64; ++fd) {
      std::error_code closed;
      const auto name =
          std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), closed);
      // In its place something that has no memory.
      if (name.string().starts_with("/memfd:ekiden")) dup2(STDERR_FILENO, fd);
    }
  }
  static inline pid_t tester_ = 0;
};

TEST(Start, MemoryThatIsRefusedWhileTheAppIsLoadedEndsTheServerWithOneLine) {
  const MemoryRunsOut runs_out;
  StandIn stand_in;
  RunningServer server = stand_in.start();

  EXPECT_EQ(server.wait_for_exit(), 125);
  EXPECT_THAT(server.output(), HasSubstr("exception: cache: cannot reserve"));
  EXPECT_THAT(server.output(), HasSubstr("(choose a smaller --cache-size)"));
  EXPECT_EQ(server.count("is ready"), 0);
}

TEST(Start, ASecondServerOnTheSameSocketEndsWithOneLine) {
  StandIn stand_in;
  RunningServer first = stand_in.start();
  first.wait_for("ready: 1 worker");

  RunningServer second = stand_in.start();

  EXPECT_EQ(second.wait_for_exit(), 125);
  EXPECT_THAT(second.output(), HasSubstr("address already in use"));
  EXPECT_TRUE(std::filesystem::exists(stand_in.folder.path() / "socket"));
}

TEST(Start, TheSocketFileOfAKilledServerIsReplaced) {
  StandIn stand_in;
  RunningServer first = stand_in.start();
  first.wait_for("ready: 1 worker");
  std::vector<WatchedProcess> all;
  for (const pid_t pid : children_of(first.pid())) all.emplace_back(pid);
  first.send_signal(SIGKILL);
  for (const WatchedProcess& one : all) ASSERT_TRUE(one.gone_within(kServerPatience));

  RunningServer second = stand_in.start();

  second.wait_for("ready: 1 worker");
}

TEST(Start, TheProcessesNameThemselves) {
  StandIn stand_in;
  stand_in.settings.workers = 2;
  RunningServer server = stand_in.start();
  server.wait_for("ready: 2 workers");

  std::vector<std::string> names{thread_name_of(server.pid())};
  for (const pid_t pid : children_of(server.pid())) names.push_back(thread_name_of(pid));

  EXPECT_THAT(names, testing::UnorderedElementsAre("ekiden:master", "ekiden:mold",
                                                   "ekiden:worker 1", "ekiden:worker 2"));
}

}  // namespace
}  // namespace ekiden::test
