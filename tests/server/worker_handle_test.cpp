// SPDX-License-Identifier: MIT
#include "server/worker_handle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace ekiden::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::uint64_t kSecond = 1'000'000'000;

/// A worker whose process does what `body` does; time is passed in.
struct Subject {
  explicit Subject(void (*body)()) {
    const pid_t pid = fork();
    if (pid == 0) {
      body();
      _exit(0);
    }
    handle.said_hello(pid);
  }
  siginfo_t death() const {
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(handle.pid()), &info, WEXITED);
    return info;
  }

  WorkerHandle handle{1, 0, 1, Descriptor(), 100 * kSecond};
};

shared::OomWatch oom;

void wait_for_ever() {
  while (true) pause();
}

TEST(WorkerHandle, AFreshHeartbeatIsLeftAlone) {
  Subject subject(wait_for_ever);

  EXPECT_EQ(subject.handle.check_heartbeat(0, 30s, 129 * kSecond), 130 * kSecond);
  EXPECT_EQ(subject.handle.check_heartbeat(125 * kSecond, 30s, 150 * kSecond), 155 * kSecond);
  EXPECT_EQ(subject.handle.check_heartbeat(0, 0s, 900 * kSecond), UINT64_MAX);
  EXPECT_EQ(kill(subject.handle.pid(), SIGKILL), 0);
  EXPECT_THAT(subject.handle.cause_of_death(subject.death(), oom), HasSubstr("not by the master"));
}

TEST(WorkerHandle, AnOldHeartbeatIsAborted) {
  Subject subject(wait_for_ever);

  EXPECT_EQ(subject.handle.check_heartbeat(0, 30s, 130 * kSecond), 131 * kSecond);

  const siginfo_t death = subject.death();
  EXPECT_EQ(death.si_status, SIGABRT);
  EXPECT_EQ(subject.handle.cause_of_death(death, oom),
            "killed by the master: heartbeat older than --timeout 30 s");
}

TEST(WorkerHandle, AWorkerThatLeavesAsAskedIsNoDeath) {
  Subject subject(wait_for_ever);

  subject.handle.ask_to_leave(SIGTERM, 200 * kSecond, "still busy");

  EXPECT_TRUE(subject.handle.left_as_asked(subject.death()));
}

TEST(WorkerHandle, AWorkerThatCrashesWhileItDrainsIsADeath) {
  Subject subject(wait_for_ever);
  kill(subject.handle.pid(), SIGKILL);
  const siginfo_t death = subject.death();

  subject.handle.ask_to_leave(SIGTERM, 200 * kSecond, "still busy");

  EXPECT_FALSE(subject.handle.left_as_asked(death));
}

TEST(WorkerHandle, TheDeadlineToLeaveIsKept) {
  Subject subject(wait_for_ever);
  kill(subject.handle.pid(), SIGSTOP);
  subject.handle.ask_to_leave(SIGTERM, 200 * kSecond, "still busy");

  EXPECT_EQ(subject.handle.enforce_deadline(199 * kSecond), 200 * kSecond);
  EXPECT_EQ(subject.handle.enforce_deadline(200 * kSecond), UINT64_MAX);

  EXPECT_EQ(subject.handle.cause_of_death(subject.death(), oom),
            "killed by the master: still busy");
}

TEST(WorkerHandle, AskingBeforeTheHelloReachesTheWorkerLater) {
  WorkerHandle handle(1, 0, 1, Descriptor(), 0);
  handle.ask_to_leave(SIGTERM, kSecond, "still busy");
  const pid_t pid = fork();
  if (pid == 0) wait_for_ever();

  handle.said_hello(pid);

  siginfo_t death{};
  waitid(P_PID, static_cast<id_t>(pid), &death, WEXITED);
  EXPECT_TRUE(handle.left_as_asked(death));
}

}  // namespace
}  // namespace ekiden::server
