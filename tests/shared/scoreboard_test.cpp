// SPDX-License-Identifier: MIT
#include "shared/scoreboard.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

TEST(Scoreboard, StartsVacantAndEmpty) {
  const Scoreboard scoreboard;

  for (std::uint32_t slot = 0; slot < kMaxWorkers; ++slot) {
    EXPECT_EQ(scoreboard[slot].state, WorkerState::vacant);
    EXPECT_EQ(scoreboard[slot].requests, 0U);
  }
}

TEST(Scoreboard, WhatAWorkerWritesTheMasterReadsAlsoAfterItsDeath) {
  Scoreboard scoreboard;
  const pid_t child = fork();
  if (child == 0) {
    scoreboard[3].requests = 12;
    scoreboard[3].state = WorkerState::ready;
    _exit(0);
  }
  waitpid(child, nullptr, 0);

  EXPECT_EQ(scoreboard[3].requests, 12U);
  EXPECT_EQ(scoreboard[3].state, WorkerState::ready);
}

TEST(Scoreboard, TheNextImageOfTheMasterReadsItsDescriptor) {
  Scoreboard scoreboard;
  scoreboard[3].requests = 12;
  scoreboard.serving() = 5;

  Scoreboard next(dup(scoreboard.descriptor()));

  EXPECT_EQ(next[3].requests, 12U);
  EXPECT_EQ(next.serving(), 5U);
  const SharedPages other("other", 4096);
  EXPECT_THROW(Scoreboard(dup(other.descriptor())), std::runtime_error);
}

TEST(Scoreboard, AResetSlotKeepsNothingOfItsFormerWorker) {
  Scoreboard scoreboard;
  WorkerSlot& slot = scoreboard[0];
  slot.pid = 1;
  slot.busy = slot.connections = slot.threads = 7;
  slot.accepted = slot.requests = slot.callbacks = slot.heartbeat_ns = 7;
  slot.last_words[255] = 'x';

  scoreboard.reset(0, 5);

  EXPECT_EQ(slot.state, WorkerState::booting);
  EXPECT_EQ(slot.generation, 5U);
  EXPECT_EQ(slot.pid + static_cast<pid_t>(slot.busy + slot.connections + slot.threads), 0);
  EXPECT_EQ(slot.accepted + slot.requests + slot.callbacks + slot.heartbeat_ns, 0U);
  EXPECT_EQ(slot.last_words[255], '\0');
}

TEST(Scoreboard, AResetSlotShowsNoCallsOfItsFormerWorker) {
  Scoreboard scoreboard;
  CallRow& row = scoreboard.calls(2);
  Child child([&] {
    row.used = 3;
    row.threads[2].call.show({1, false, {}, {}});
    row.queue_length = 9;
    row.queue[7].show({1, false, {}, {}});
    raise(SIGKILL);
    return 0;
  });
  child.wait();
  ASSERT_TRUE(row.threads[2].call.read());

  scoreboard.reset(2, 5);

  EXPECT_EQ(row.used, 0U);
  EXPECT_FALSE(row.threads[2].call.read());
  EXPECT_EQ(row.queue_length, 0U);
  EXPECT_FALSE(row.queue[7].read());
}

TEST(Scoreboard, ANumberOfThreadsThatCannotBeIsNotBelieved) {
  Scoreboard scoreboard;
  scoreboard.calls(255).used = 0xffff'ffff;

  EXPECT_EQ(scoreboard.calls(255).threads_used(), CallRow::kMostThreads);
  scoreboard.reset(255, 1);
  EXPECT_EQ(scoreboard.calls(255).threads_used(), 0U);
}

TEST(Scoreboard, OnlyAnotherReadyWorkerWithAFreeThreadIsAFreeSibling) {
  Scoreboard scoreboard;
  scoreboard[0].state = scoreboard[9].state = WorkerState::ready;
  scoreboard[0].threads = 2;
  EXPECT_FALSE(scoreboard.sibling_has_free_thread(0));

  scoreboard[9].threads = 2;
  scoreboard[9].busy = 1;
  EXPECT_TRUE(scoreboard.sibling_has_free_thread(0));

  scoreboard[9].busy = 2;
  EXPECT_FALSE(scoreboard.sibling_has_free_thread(0));
  scoreboard[9].busy = 0;
  scoreboard[9].state = WorkerState::draining;
  EXPECT_FALSE(scoreboard.sibling_has_free_thread(0));
}

TEST(Scoreboard, StatesHaveNames) {
  EXPECT_EQ(name(WorkerState::vacant), "vacant");
  EXPECT_EQ(name(WorkerState::draining), "draining");
  EXPECT_EQ(name(static_cast<WorkerState>(99)), "unknown");
}

}  // namespace
}  // namespace ekiden::shared
