// SPDX-License-Identifier: MIT
#include "server/backoff.hpp"

#include <gtest/gtest.h>

namespace ekiden::server {
namespace {

constexpr std::uint64_t kMilliseconds = 1'000'000;

TEST(Backoff, TheFirstDeathCostsNothing) { EXPECT_EQ(Backoff().after_death(0, 12345), 0U); }

TEST(Backoff, DoublesWithAQuarterOfJitterUpToThirtySeconds) {
  for (const std::uint64_t random : {0ULL, 1ULL, 777'777'777ULL, ~0ULL}) {
    Backoff backoff;
    backoff.after_death(0, random);
    for (std::uint64_t expected = 100 * kMilliseconds, i = 0; i < 70; ++i) {
      const std::uint64_t delay = backoff.after_death(0, random);
      EXPECT_GE(delay, expected - expected / 4);
      EXPECT_LE(delay, expected + expected / 4);
      expected = std::min(2 * expected, Backoff::kMost);
    }
  }
}

TEST(Backoff, AGoodLifeClearsTheRecord) {
  Backoff backoff;
  for (int i = 0; i < 5; ++i) backoff.after_death(0, 0);

  EXPECT_EQ(backoff.after_death(60'000 * kMilliseconds, 0), 0U);
  EXPECT_EQ(backoff.deaths(), 1U);
}

}  // namespace
}  // namespace ekiden::server
