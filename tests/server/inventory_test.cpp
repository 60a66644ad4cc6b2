// SPDX-License-Identifier: MIT
#include "server/inventory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <thread>

namespace ekiden::server {
namespace {

using testing::HasSubstr;

TEST(Inventory, NothingIsLeftBehindByNothing) {
  EXPECT_EQ(Inventory::take().left_behind_since(), "");
}

TEST(Inventory, ThreadsThatHaveBeenJoinedAreGone) {
  const Inventory before = Inventory::take();
  for (int i = 0; i < 100; ++i) std::thread([] {}).join();

  EXPECT_EQ(before.left_behind_since(), "");
}

TEST(Inventory, ADescriptorThatNowMeansSomethingElseIsNamed) {
  const int fd = dup(0);
  const Inventory before = Inventory::take();
  dup2(timerfd_create(CLOCK_MONOTONIC, 0), fd);
  close(fd + 1);

  EXPECT_THAT(before.left_behind_since(), HasSubstr("anon_inode:[timerfd]"));
  close(fd);
}

TEST(Inventory, AClosedDescriptorIsNobodysBusiness) {
  const int fd = dup(0);
  const Inventory before = Inventory::take();
  close(fd);

  EXPECT_EQ(before.left_behind_since(), "");
}

TEST(Inventory, APosixTimerIsFound) {
  const Inventory before = Inventory::take();
  sigevent event{};
  event.sigev_notify = SIGEV_NONE;
  timer_t timer{};
  ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);

  EXPECT_THAT(before.left_behind_since(), HasSubstr("the app left a timer running"));
  timer_delete(timer);
  EXPECT_EQ(before.left_behind_since(), "");
}

TEST(Inventory, AHandlerThatIsTakenBackIsNoMatter) {
  const Inventory before = Inventory::take();
  const auto former = std::signal(SIGUSR2, [](int) {});
  EXPECT_THAT(before.left_behind_since(), HasSubstr("a handler for SIGUSR2"));

  std::signal(SIGUSR2, former);
  EXPECT_EQ(before.left_behind_since(), "");
}

}  // namespace
}  // namespace ekiden::server
