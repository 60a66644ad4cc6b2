// SPDX-License-Identifier: MIT
#include "worker/http/short_runs.hpp"

#include <gmock/gmock.h>

namespace ekiden::worker {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kCallback = "out.children";

void run_elsewhere(ShortRuns& runs, int count) {
  for (int i = 0; i < count; ++i) runs.ran_elsewhere(kCallback, 99us);
}

ShortRuns with_proof() {
  ShortRuns runs(100us);
  run_elsewhere(runs, 16);
  return runs;
}

TEST(ShortRuns, ACallbackProvesItselfBySixteenShortRuns) {
  ShortRuns runs(100us);
  EXPECT_FALSE(runs.have_proved(kCallback));
  run_elsewhere(runs, 15);
  EXPECT_FALSE(runs.have_proved(kCallback));

  run_elsewhere(runs, 1);

  EXPECT_TRUE(runs.have_proved(kCallback));
  EXPECT_FALSE(runs.have_proved("another"));
}

TEST(ShortRuns, TheyMustBeInARow) {
  ShortRuns runs(100us);
  run_elsewhere(runs, 15);
  runs.ran_elsewhere(kCallback, 100us);
  run_elsewhere(runs, 15);
  EXPECT_FALSE(runs.have_proved(kCallback));
  run_elsewhere(runs, 1);
  EXPECT_TRUE(runs.have_proved(kCallback));
}

TEST(ShortRuns, ALongRunIsForgivenIfItWasTheKernelThatTookTheTime) {
  ShortRuns runs = with_proof();
  EXPECT_FALSE(runs.is_watched(kCallback));
  runs.ran_here(kCallback, 4ms);
  EXPECT_TRUE(runs.is_watched(kCallback));

  for (int i = 0; i < 16; ++i) runs.ran_here(kCallback, 50us, {50us, 0});

  EXPECT_FALSE(runs.is_watched(kCallback));
  EXPECT_TRUE(runs.have_proved(kCallback));
}

TEST(ShortRuns, OneThatTakesProcessorTimeMustProveItselfByEightTimesAsManyRuns) {
  ShortRuns runs = with_proof();
  runs.ran_here(kCallback, 200us);

  runs.ran_here(kCallback, 200us, {200us, 0});

  EXPECT_FALSE(runs.have_proved(kCallback));
  run_elsewhere(runs, 8 * 16 - 1);
  EXPECT_FALSE(runs.have_proved(kCallback));
  run_elsewhere(runs, 1);
  EXPECT_TRUE(runs.have_proved(kCallback));
}

TEST(ShortRuns, OneThatWaitsLongMustProveItselfAgain) {
  ShortRuns runs = with_proof();
  runs.ran_here(kCallback, 200us);
  EXPECT_TRUE(runs.have_proved(kCallback));

  runs.ran_here(kCallback, 200us, {10us, 1});

  EXPECT_FALSE(runs.have_proved(kCallback));
}

TEST(ShortRuns, OneThatHasHeldUpOthersMustProveItselfAgain) {
  ShortRuns runs = with_proof();
  runs.held_up(kCallback);
  EXPECT_FALSE(runs.have_proved(kCallback));
}

TEST(ShortRuns, WithoutALimitNoneProvesItself) {
  ShortRuns runs(0us);
  run_elsewhere(runs, 1000);
  EXPECT_FALSE(runs.have_proved(kCallback));
}

TEST(ShortRuns, WhatAThreadUsesGrows) {
  const ThreadUse before = ThreadUse::now();
  while (ThreadUse::now().processor == before.processor) {
  }
  EXPECT_GE(ThreadUse::now().waits, before.waits);
}

}  // namespace
}  // namespace ekiden::worker
