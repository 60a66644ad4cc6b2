// SPDX-License-Identifier: MIT
#include "shared/nearest_name.hpp"

#include <gtest/gtest.h>

#include <array>

namespace ekiden::shared {
namespace {

constexpr std::array<std::string_view, 3> kFlags{"--workers", "--threads", "--timeout"};
constexpr std::array<std::string_view, 3> kProperties{"value", "children", "id"};

TEST(NearestName, IsTheOneWithTheFewestSlips) {
  EXPECT_EQ(nearest_name("--wrokers", kFlags), "--workers");
  EXPECT_EQ(nearest_name("--time-out", kFlags), "--timeout");
  EXPECT_EQ(nearest_name("childern", kProperties), "children");
}

TEST(NearestName, CountsSwappedNeighboursAsOneSlipAndCaseAsNone) {
  EXPECT_EQ(nearest_name("Di", kProperties), "id");
  EXPECT_EQ(nearest_name("VALUE", kProperties), "value");
}

TEST(NearestName, IsEmptyIfNoneIsNear) {
  EXPECT_EQ(nearest_name("--quux", kFlags), "");
  EXPECT_EQ(nearest_name("style", kProperties), "");
  EXPECT_EQ(nearest_name("value", {}), "");
}

}  // namespace
}  // namespace ekiden::shared
