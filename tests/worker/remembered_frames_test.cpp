// SPDX-License-Identifier: MIT
#include "worker/app/remembered_frames.hpp"

#include <gmock/gmock.h>

#include <ekiden/frame_ops.hpp>
#include <numeric>
#include <set>

#include "tests/worker/with_cache.hpp"

namespace ekiden {
namespace {

using testing::ElementsAre;

using Int = std::int64_t;

/// Rows of two groups; those of the group 1 add up to `sum`.
Frame rows(Int sum, std::size_t count = worker::kFewestRows) {
  std::vector<Int> group(count), value(count);
  for (std::size_t row = 0; row < count; ++row) group[row] = static_cast<Int>(row % 2);
  value[1] = sum;
  return Frame({{"group", group}, {"value", value}});
}

Frame sums(const Frame& frame) { return groupby(frame, "group").agg({{"value", "sum"}}); }

Int second_sum(const Frame& frame) { return sums(frame)["value"].as<Int>()[1]; }

bool same_memory(const Frame& a, const Frame& b) { return a.bytes().data() == b.bytes().data(); }

class RememberedFrames : public InAWorker {
 protected:
  Memoized<Frame(Int)> table_ = values_.memoize("table", [](Int sum) { return rows(sum); });
};

TEST_F(RememberedFrames, WhatWasMadeOfAValueOfTheCacheIsMadeOnce) {
  const Frame first = sums(table_(7)), second = sums(table_(7));

  EXPECT_TRUE(same_memory(first, second));
  EXPECT_THAT(second["group"].as<Int>(), ElementsAre(0, 1));
  EXPECT_THAT(second["value"].as<Int>(), ElementsAre(0, 7));
}

TEST_F(RememberedFrames, OtherKeysAndFunctionsAndNamesAreOtherResults) {
  const Frame frame = table_(7);
  const GroupBy groups = groupby(frame, "group");

  EXPECT_EQ(groups.agg({{"value", "max"}})["value"].as<Int>()[0], 0);
  EXPECT_EQ(groups.agg({{"value", "count"}})["value"].as<Int>()[0], Int{worker::kFewestRows / 2});
  EXPECT_THAT(groups.agg({{"largest", "value", "max"}}).columns(), ElementsAre("group", "largest"));
  EXPECT_THAT(groupby(frame, {"group", "value"}).agg({{"most", "value", "max"}}).columns(),
              testing::SizeIs(3));
  EXPECT_THAT(groups.size().columns(), ElementsAre("group", "size"));
}

TEST_F(RememberedFrames, AnotherValueOfTheSameKeyAndPlaceIsAnotherSource) {
  Int sum = 0;
  const auto table = values_.memoize("present", [&sum] { return rows(sum); });
  std::set<const void*> places;
  int reused = 0;
  for (sum = 1; sum <= 50; ++sum) {
    const Frame frame = table();
    if (!places.insert(frame.bytes().data()).second) ++reused;
    EXPECT_EQ(second_sum(frame), sum);
    values_.delete_memoized(table);
  }
  EXPECT_GT(reused, 0);
}

TEST_F(RememberedFrames, AnotherCacheHasOtherValues) {
  EXPECT_EQ(second_sum(table_(7)), 7);
  shared::MemoCache other({.data_bytes = 8U << 20});
  other.attach(0);
  worker::set_cache(&other);
  const auto table = values_.memoize("other table", [](Int sum) { return rows(sum); });

  EXPECT_EQ(second_sum(table(8)), 8);
}

TEST_F(RememberedFrames, FramesOfACallbackAndFewRowsAreAddedUpAnew) {
  const Frame own = rows(7);
  EXPECT_FALSE(same_memory(sums(own), sums(own)));

  const auto few = values_.memoize("few", [] { return rows(7, worker::kFewestRows - 1); });
  EXPECT_FALSE(same_memory(sums(few()), sums(few())));
}

TEST_F(RememberedFrames, AreBounded) {
  const Frame frame = table_(7);
  const Frame first = sums(frame);

  for (int i = 0; i < 5000; ++i) {
    groupby(frame, "group").agg({{"sum " + std::to_string(i), "value", "sum"}});
    ASSERT_LE(worker::remembered_bytes(), worker::kRememberedBytes);
  }

  EXPECT_GT(worker::remembered_bytes(), worker::kRememberedBytes / 2);
  EXPECT_FALSE(same_memory(first, sums(frame)));  // it was the least lately used
  EXPECT_TRUE(same_memory(sums(frame), sums(frame)));
}

TEST_F(RememberedFrames, LargeResultsAreNotKept) {
  const auto wide = values_.memoize("wide", [] {
    std::vector<Int> group(10'000);
    std::iota(group.begin(), group.end(), 0);
    return Frame({{"group", group}, {"value", group}});
  });
  const std::size_t before = worker::remembered_bytes();

  EXPECT_EQ(sums(wide()).rows(), 10'000U);

  EXPECT_EQ(worker::remembered_bytes(), before);
}

TEST_F(RememberedFrames, AnErrorIsNoResult) {
  const Frame frame = table_(7);

  for (int i = 0; i < 2; ++i) {
    EXPECT_THROW(groupby(frame, "group").agg({{"value", "median"}}), Error);
  }
}

TEST_F(RememberedFrames, AResultMayItselfBeMemoized) {
  const auto totals = values_.memoize("totals", [this](Int sum) { return sums(table_(sum)); });

  EXPECT_EQ(sums(table_(7))["value"].as<Int>()[1], 7);
  EXPECT_EQ(totals(7)["value"].as<Int>()[1], 7);
  EXPECT_EQ(totals(8)["value"].as<Int>()[1], 8);
}

}  // namespace
}  // namespace ekiden
