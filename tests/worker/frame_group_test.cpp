// SPDX-License-Identifier: MIT
// Groups of more rows than are added up at once, against a map that is filled row by row.
#include <gmock/gmock.h>

#include <cmath>
#include <ekiden/frame_ops.hpp>
#include <functional>
#include <limits>
#include <map>

#include "tests/worker/error_of.hpp"
#include "worker/app/grouped_sums.hpp"

namespace ekiden {
namespace {

using testing::HasSubstr;

using Int = std::int64_t;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kRows = 10 * worker::kBlockRows + 77;

/// What a row adds to its group. Halves, whose sums are exact in any order; some are missing.
double value_of(std::size_t row) {
  return row % 2048 == 1500 ? kNan : static_cast<double>(row * 7919 % 1000) / 2 - 100;
}

struct Group {
  Int rows = 0, count = 0, total = 0, most = std::numeric_limits<Int>::min();
  double sum = 0, negated = 0;
};

using Key = std::function<Int(std::size_t row)>;

void expect_groups(const Key& key) {
  std::vector<Int> keys(kRows), numbers(kRows);
  std::vector<double> values(kRows), negated(kRows);
  std::map<Int, Group> expected;
  for (std::size_t row = 0; row < kRows; ++row) {
    keys[row] = key(row);
    numbers[row] = static_cast<Int>(row % 777);
    values[row] = value_of(row);
    negated[row] = -values[row];
    Group& group = expected[keys[row]];
    ++group.rows;
    group.total += numbers[row];
    group.most = std::max(group.most, numbers[row]);
    if (std::isnan(values[row])) continue;
    ++group.count;
    group.sum += values[row];
    group.negated -= values[row];
  }

  const GroupBy groups =
      groupby(Frame({{"key", keys}, {"n", numbers}, {"x", values}, {"y", negated}}), "key");
  const Frame sizes = groups.size();
  const Frame df = groups.agg({{"count", "x", "count"},
                               {"sum", "x", "sum"},
                               {"mean", "x", "mean"},
                               {"negated", "y", "sum"},
                               {"total", "n", "sum"},
                               {"average", "n", "mean"},
                               {"rows", "n", "count"},
                               {"most", "n", "max"}});

  ASSERT_EQ(df.rows(), expected.size());
  std::size_t row = 0;
  for (const auto& [name, group] : expected) {
    const auto real = [&](const char* column) { return df[column].as<double>()[row]; };
    const auto integer = [&](const char* column) { return df[column].as<Int>()[row]; };
    ASSERT_EQ(integer("key"), name);
    ASSERT_EQ(integer("count"), group.count);
    ASSERT_EQ(integer("rows"), group.rows);
    ASSERT_EQ(sizes["size"].as<Int>()[row], group.rows);
    ASSERT_EQ(integer("total"), group.total);
    ASSERT_EQ(integer("most"), group.most);
    ASSERT_EQ(real("sum"), group.sum);
    ASSERT_EQ(real("negated"), group.negated);
    ASSERT_EQ(real("average"), static_cast<double>(group.total) / static_cast<double>(group.rows));
    if (group.count > 0) {
      ASSERT_EQ(real("mean"), group.sum / static_cast<double>(group.count));
    }
    ++row;
  }
}

Int mixed(std::size_t row) { return static_cast<Int>(row * 2'654'435'761 >> 8); }

TEST(FrameGroup, FewGroupsInAnyOrder) {
  expect_groups([](std::size_t row) { return mixed(row) % 50; });
}

TEST(FrameGroup, SortedRows) {
  expect_groups([](std::size_t row) { return static_cast<Int>(row / 3000); });
}

TEST(FrameGroup, GroupsThatBecomeManyOnTheWay) {
  expect_groups([](std::size_t row) { return mixed(row) % static_cast<Int>(1 + row / 2); });
}

TEST(FrameGroup, KeysBelowAllThatCameBefore) {
  expect_groups([](std::size_t row) { return -static_cast<Int>(row / 5); });
}

TEST(FrameGroup, KeysThatTurnOutToLieFarApart) {
  expect_groups([](std::size_t row) {
    return row < 5000 ? mixed(row) % 7 : std::numeric_limits<Int>::max() - mixed(row) % 7;
  });
  expect_groups([](std::size_t row) {
    return row < 5000 ? mixed(row) % 7 : std::numeric_limits<Int>::min() + mixed(row) % 7;
  });
}

TEST(FrameGroup, RowsWithoutAKeyDoNotMakeASumTooLarge) {
  constexpr Int high = std::numeric_limits<Int>::max();
  const auto sums = [&](double key) {
    const Frame df({{"key", {key, key, 1.0}}, {"n", {high, high, Int{5}}}});
    return groupby(df, "key").agg({{"n", "sum"}})["n"].as<Int>()[0];
  };

  EXPECT_EQ(sums(kNan), 5);
  EXPECT_THAT(error_of([&] { sums(2.0); }), HasSubstr("beyond 64 bits"));
}

/// A selection of a few rows keeps the whole dictionary.
TEST(FrameGroup, TextThatNoRowHasAnyMoreIsNoGroup) {
  const Frame all({{"city", {"Seoul", "Kyoto", "Oslo", "Kyoto"}}, {"n", {1, 2, 4, 8}}});
  const Frame some = all[all["n"] != 4];

  const Frame df = groupby(some, "city").agg({{"n", "sum"}});

  ASSERT_EQ(df.rows(), 2U);
  EXPECT_EQ(df["city"].text(0), "Kyoto");
  EXPECT_EQ(df["city"].text(1), "Seoul");
  EXPECT_THAT(df["n"].as<Int>(), testing::ElementsAre(10, 1));
  EXPECT_EQ(groupby(some, {"city", "n"}).size().rows(), 3U);
}

TEST(FrameGroup, FramesWithoutRowsHaveNoGroups) {
  const Frame df =
      groupby(Frame({{"key", std::vector<Int>()}, {"x", std::vector<double>()}}), "key")
          .agg({{"x", "sum"}});

  EXPECT_EQ(df.rows(), 0U);
}

}  // namespace
}  // namespace ekiden
