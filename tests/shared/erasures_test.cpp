// SPDX-License-Identifier: MIT
#include "shared/erasures.hpp"

#include <gtest/gtest.h>

namespace ekiden::shared {
namespace {

constexpr KeyHash kOwn{1, 1};
constexpr KeyHash kOther{1, 2};

TEST(Erasures, IncludeTheKeyThatWasErasedSince) {
  Erasures erasures{};
  erasures.add(kOther);
  const std::uint32_t before = erasures.count;
  erasures.add(kOwn);
  erasures.add(kOther);

  EXPECT_TRUE(erasures.may_include(kOwn, before));
  EXPECT_FALSE(erasures.may_include(kOwn, before + 1));
}

TEST(Erasures, DoNotIncludeAKeyForOthersOfItsGroup) {
  Erasures erasures{};
  const std::uint32_t before = erasures.count;
  for (std::uint32_t i = 0; i < Erasures::kRemembered; ++i) erasures.add(kOther);

  EXPECT_FALSE(erasures.may_include(kOwn, before));
}

TEST(Erasures, MayIncludeAnyKeyOnceThereWereMoreThanAreRemembered) {
  Erasures erasures{};
  const std::uint32_t before = erasures.count;
  for (std::uint32_t i = 0; i <= Erasures::kRemembered; ++i) erasures.add(kOther);

  EXPECT_TRUE(erasures.may_include(kOwn, before));
  EXPECT_FALSE(erasures.may_include(kOwn, before + 1));
}

TEST(Erasures, OfAllIncludeEachKey) {
  Erasures erasures{};
  const std::uint32_t before = erasures.count;
  erasures.add_all();

  EXPECT_TRUE(erasures.may_include(kOwn, before));
  EXPECT_FALSE(erasures.may_include(kOwn, erasures.count));
}

TEST(Erasures, AreCountedOnWhenTheCountWrapsAround) {
  Erasures erasures{};
  erasures.count = static_cast<std::uint32_t>(-1);
  const std::uint32_t before = erasures.count;
  erasures.add(kOwn);
  erasures.add(kOther);

  EXPECT_TRUE(erasures.may_include(kOwn, before));
  EXPECT_FALSE(erasures.may_include(kOwn, before + 1));
}

}  // namespace
}  // namespace ekiden::shared
