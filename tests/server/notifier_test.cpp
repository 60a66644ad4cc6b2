// SPDX-License-Identifier: MIT
#include "server/notifier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ekiden::server {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using Phase = NotifiedState::Phase;

constexpr const char* kReloading = "RELOADING=1\nMONOTONIC_USEC=[0-9]+(\nSTATUS=.*)?";

std::vector<std::string> between(const NotifiedState& before, const NotifiedState& now) {
  return notifications(before, now, 40s);
}

TEST(Notifications, TheFirstReadySaysWhoTheMasterIs) {
  EXPECT_THAT(between({Phase::starting, 0, "loads"}, {Phase::serving, 0, "serves"}),
              ElementsAre(MatchesRegex("READY=1\nMAINPID=[0-9]+\nSTATUS=serves")));
}

TEST(Notifications, AReloadBeginsAndEnds) {
  EXPECT_THAT(between({Phase::serving, 0, "1"}, {Phase::reloading, 0, "2 loads"}),
              ElementsAre(MatchesRegex(kReloading)));
  EXPECT_THAT(between({Phase::reloading, 0, "2 loads"}, {Phase::serving, 2, "2"}),
              ElementsAre("READY=1\nSTATUS=2"));
}

TEST(Notifications, AReloadThatFailedAtOnceIsToldWithItsEnd) {
  EXPECT_THAT(between({Phase::serving, 2, "2"}, {Phase::serving, 3, "2; 3 failed"}),
              ElementsAre(MatchesRegex(kReloading), "READY=1\nSTATUS=2; 3 failed"));
}

TEST(Notifications, OfTwoReloadsThatFollowAtOnceEachEnds) {
  EXPECT_THAT(between({Phase::reloading, 2, "3 loads"}, {Phase::reloading, 3, "4 loads"}),
              ElementsAre("READY=1", MatchesRegex(kReloading)));
}

TEST(Notifications, StoppingAsksForTheTimeItMayTake) {
  EXPECT_THAT(between({Phase::reloading, 2, "3 loads"}, {Phase::stopping, 0, "stops"}),
              ElementsAre("STOPPING=1\nEXTEND_TIMEOUT_USEC=40000000\nSTATUS=stops"));
}

TEST(Notifications, AStatusOfSeveralLinesIsOne) {
  EXPECT_THAT(between({Phase::serving, 0, "1"}, {Phase::serving, 0, "line\nREADY=1"}),
              ElementsAre("STATUS=line READY=1"));
  EXPECT_THAT(between({Phase::serving, 0, "1"}, {Phase::serving, 0, "1"}), IsEmpty());
}

}  // namespace
}  // namespace ekiden::server
