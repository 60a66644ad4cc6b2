// SPDX-License-Identifier: MIT
#include "server/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

namespace ekiden::server {
namespace {

/// How a child ends that runs `body` and then exits with its result.
template <class Body>
siginfo_t end_of(Body body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body());
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED);
  return info;
}

bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }

TEST(Process, EndsAreDescribedInWords) {
  EXPECT_EQ(describe_exit(end_of([] { return 3; })), "exited with code 3");
  EXPECT_EQ(describe_exit(end_of([] { return raise(SIGKILL); })), "killed by SIGKILL");
  EXPECT_EQ(signal_name(SIGUSR1), "SIGUSR1");
  EXPECT_EQ(signal_name(77), "signal 77");
}

TEST(Process, ASignalReachesAChildButNotOneThatIsGone) {
  const pid_t pid = fork();
  if (pid == 0) {
    while (true) pause();
  }
  const Process process(pid);
  EXPECT_TRUE(process.send_signal(SIGTERM));

  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED);
  EXPECT_EQ(info.si_status, SIGTERM);
  EXPECT_FALSE(process.send_signal(SIGTERM));
  EXPECT_FALSE(Process().send_signal(SIGTERM));
}

TEST(Process, OnlyTheDescriptorsToKeepStayOpen) {
  const siginfo_t end = end_of([] {
    for (const int fd : {10, 11, 500}) dup2(0, fd);
    close_all_but({11, 10});
    return is_open(2) && is_open(10) && is_open(11) && !is_open(500) && !is_open(3) ? 0 : 1;
  });

  EXPECT_EQ(end.si_status, 0);
}

TEST(Process, ClosedStandardDescriptorsAreFilledWithNull) {
  const siginfo_t end = end_of([] {
    close(0);
    close(2);
    open_standard_descriptors();
    return is_open(0) && is_open(2) && open("/dev/null", O_RDONLY) > 2 ? 0 : 1;
  });

  EXPECT_EQ(end.si_status, 0);
}

TEST(Process, TheDescriptorLimitIsRaisedToTheHardOne) {
  const siginfo_t end = end_of([] {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &limit);
    return raise_descriptor_limit() == limit.rlim_max && getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
                   limit.rlim_cur == limit.rlim_max
               ? 0
               : 1;
  });

  EXPECT_EQ(end.si_status, 0);
}

TEST(Process, WhoeverHasAnotherParentThanExpectedLeavesAtOnce) {
  const siginfo_t end = end_of([] {
    die_with(getppid() + 1);
    return 0;
  });

  EXPECT_EQ(end.si_status, 1);
}

}  // namespace
}  // namespace ekiden::server
