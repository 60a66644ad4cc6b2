// SPDX-License-Identifier: MIT
#include "shared/running_call.hpp"

#include <gtest/gtest.h>

#include "shared/traffic.hpp"

namespace ekiden::shared {
namespace {

using namespace std::chrono_literals;

TEST(CallWord, SaysNothingUntilACallIsShownAndAfterItsEnd) {
  CallWord word{};
  EXPECT_FALSE(word.read());

  word.show({});
  EXPECT_TRUE(word.read());

  word.clear();
  EXPECT_FALSE(word.read());
}

TEST(CallWord, GivesBackWhatWasShown) {
  // A machine that has been up for five years.
  const std::chrono::milliseconds began = 43'800h + 123ms;
  CallWord word{};

  word.show({Traffic::kMostCallbacks - 1, true, began, 16'383ms});

  const RunningCall call = word.read().value();
  EXPECT_EQ(call.callback, Traffic::kMostCallbacks - 1);
  EXPECT_TRUE(call.waits);
  EXPECT_EQ(call.began, began);
  EXPECT_EQ(call.queued, 16'383ms);
}

TEST(CallWord, ATimeInTheQueueThatIsTooLongForItIsTheMost) {
  CallWord word{};

  word.show({7, false, 1h, 1h});

  EXPECT_EQ(word.read()->queued, CallWord::kMostQueued);
  EXPECT_EQ(word.read()->callback, 7U);
  EXPECT_EQ(word.read()->began, 1h);
}

TEST(CallWord, WaitingChangesNothingElse) {
  CallWord word{};
  word.set_waits(true);
  EXPECT_FALSE(word.read()) << "there is no call that could wait";
  word.show({5, false, 9ms, 2ms});

  word.set_waits(true);
  EXPECT_TRUE(word.read()->waits);
  word.set_waits(false);

  EXPECT_FALSE(word.read()->waits);
  EXPECT_EQ(word.read()->callback, 5U);
  EXPECT_EQ(word.read()->began, 9ms);
  EXPECT_EQ(word.read()->queued, 2ms);
}

}  // namespace
}  // namespace ekiden::shared
