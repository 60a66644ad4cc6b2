// SPDX-License-Identifier: MIT
#include "worker/seal/sites.hpp"

#include <gtest/gtest.h>

#include "tests/seal/in_own_process.hpp"

namespace ekiden::worker {
namespace {

TEST(ViolationSites, CountEachPlaceOnItsOwn) {
  ViolationSites sites;
  EXPECT_EQ(sites.add(7), 1U);
  EXPECT_EQ(sites.add(8), 1U);
  EXPECT_EQ(sites.add(7), 2U);
}

TEST(ViolationSites, CountOverAllWorkers) {
  ViolationSites sites;
  sites.add(7);
  ASSERT_TRUE(test::holds_in_own_process([&] { return sites.add(7) == 2; }));
  EXPECT_EQ(sites.add(7), 3U);
}

TEST(ViolationSites, TakePlacesBeyondTheTableForNew) {
  ViolationSites sites;
  for (std::uint64_t key = 1; key <= 1024; ++key) ASSERT_EQ(sites.add(key), 1U);
  EXPECT_EQ(sites.add(5000), 1U);
  EXPECT_EQ(sites.add(5000), 1U);
  EXPECT_EQ(sites.add(1024), 2U);
}

TEST(ViolationSites, AreWorthALineAtPowersOfTen) {
  for (const std::uint64_t number : {1U, 10U, 100U, 100'000U}) EXPECT_TRUE(is_power_of_ten(number));
  for (const std::uint64_t number : {0U, 2U, 9U, 11U, 20U, 110U})
    EXPECT_FALSE(is_power_of_ten(number));
}

}  // namespace
}  // namespace ekiden::worker
