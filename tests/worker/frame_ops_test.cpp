// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ekiden/frame_ops.hpp>
#include <functional>
#include <limits>

#include "shared/frame.hpp"
#include "tests/worker/error_of.hpp"
#include "tests/worker/frame_values.hpp"

namespace ekiden {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsNan;

using Int = std::int64_t;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Frame sales() {
  return Frame({{"city", {"Seoul", "Kyoto", "Seoul", "Busan", "Kyoto", "Seoul"}},
                {"year", {2021, 2020, 2020, 2021, 2020, 2021}},
                {"amount", {5.0, 2.5, kNan, 8.0, 1.5, 1.0}},
                {"items", {5, 2, 7, 8, 1, 3}}});
}

/// The rows where the mask is set, as the values of "items".
std::vector<Int> items(const Frame& frame) {
  const Column column = frame["items"];
  const auto values = column.as<Int>();
  return {values.begin(), values.end()};
}

TEST(FrameOps, IsinFindsTheValuesListed) {
  const Frame df = sales();

  EXPECT_THAT(items(df[isin(df["city"], {"Kyoto", "Busan", "Oslo"})]), ElementsAre(2, 8, 1));
  EXPECT_THAT(items(df[isin(df["items"], {7, 1, 100})]), ElementsAre(7, 1));
  EXPECT_THAT(items(df[isin(df["items"], {7.0, 1.5})]), ElementsAre(7));
  EXPECT_THAT(items(df[isin(df["amount"], {8, 1})]), ElementsAre(8, 3));
  EXPECT_THAT(items(df[isin(df["amount"], {1.5, kNan})]), ElementsAre(7, 1));
  EXPECT_THAT(items(df[isin(df["city"], std::vector<std::string>())]), IsEmpty());
}

TEST(FrameOps, IsinOfTextAmongNumbersIsAnError) {
  const Frame df = sales();

  EXPECT_THAT(error_of([&] { isin(df["city"], {1}); }),
              HasSubstr("column \"city\" holds text, but other values are looked for"));
  EXPECT_THAT(error_of([&] { isin(df["items"], {"1"}); }),
              HasSubstr("column \"items\" holds numbers, but other values are looked for"));
}

TEST(FrameOps, BetweenTakesItsEndsOrNot) {
  const Frame df = sales();

  EXPECT_THAT(items(df[between(df["items"], 2, 5)]), ElementsAre(5, 2, 3));
  EXPECT_THAT(items(df[between(df["items"], 2, 5, "left")]), ElementsAre(2, 3));
  EXPECT_THAT(items(df[between(df["items"], 2, 5, "right")]), ElementsAre(5, 3));
  EXPECT_THAT(items(df[between(df["items"], 2, 5, "neither")]), ElementsAre(3));
  EXPECT_THAT(items(df[between(df["city"], "C", "L")]), ElementsAre(2, 1));
  EXPECT_THAT(error_of([&] { between(df["items"], 2, 5, "all"); }), HasSubstr("not \"all\""));
}

TEST(FrameOps, SelectTakesColumnsInTheirNewOrder) {
  const Frame df = select(sales(), {"items", "city"});

  EXPECT_THAT(df.columns(), ElementsAre("items", "city"));
  EXPECT_EQ(df["city"].text(3), "Busan");
  EXPECT_THAT(error_of([] { select(sales(), {"item"}); }), HasSubstr("there is no column"));
}

TEST(FrameOps, SortValuesOrdersByOneColumnWithNanLast) {
  EXPECT_THAT(items(sort_values(sales(), "amount")), ElementsAre(3, 1, 2, 5, 8, 7));
  EXPECT_THAT(items(sort_values(sales(), "amount", false)), ElementsAre(8, 5, 2, 1, 3, 7));
}

TEST(FrameOps, SortValuesKeepsTheOrderOfEqualRows) {
  EXPECT_THAT(items(sort_values(sales(), "city")), ElementsAre(8, 2, 1, 5, 7, 3));
  EXPECT_THAT(items(sort_values(sales(), "city", false)), ElementsAre(5, 7, 3, 2, 1, 8));
}

TEST(FrameOps, SortValuesOrdersBySeveralColumns) {
  EXPECT_THAT(items(sort_values(sales(), {"year", "city", "items"})),
              ElementsAre(1, 2, 7, 8, 3, 5));
  EXPECT_THAT(items(sort_values(sales(), {"year", "items"}, {false, true})),
              ElementsAre(3, 5, 8, 1, 2, 7));
  EXPECT_THAT(error_of([] {
                sort_values(sales(), {"year", "city"}, std::vector<bool>{true});
              }),
              HasSubstr("2 columns, but 1 directions"));
  EXPECT_THAT(error_of([] { sort_values(sales(), "month"); }), HasSubstr("\"month\""));
}

TEST(FrameOps, SortValuesOrdersTheWholeRangeOfNumbers) {
  constexpr Int low = std::numeric_limits<Int>::min(), high = std::numeric_limits<Int>::max();
  const Frame df({{"n", {Int{0}, high, low, Int{-1}}}, {"x", {-0.0, HUGE_VAL, -HUGE_VAL, 5e-324}}});

  EXPECT_THAT(sort_values(df, "n")["n"].as<Int>(), ElementsAre(low, -1, 0, high));
  EXPECT_THAT(sort_values(df, "x")["x"].as<double>(), ElementsAre(-HUGE_VAL, 0, 5e-324, HUGE_VAL));
}

TEST(FrameOps, SortValuesOrdersManyDifferentNumbers) {
  constexpr Int kRows = 40'000, kStep = 17'389;  // coprime: every number once, then once more
  std::vector<Int> numbers, rows;
  std::vector<double> reals;
  for (Int row = 0; row < 2 * kRows; ++row) {
    numbers.push_back(row * kStep % kRows);
    reals.push_back(row % 1000 == 999 ? kNan : -static_cast<double>(numbers.back()));
    rows.push_back(row);
  }
  const Frame df({{"n", numbers}, {"x", reals}, {"items", rows}});

  const Frame by_n = sort_values(df, "n");
  const auto sorted = by_n["n"].as<Int>(), order = by_n["items"].as<Int>();
  for (Int i = 0; i < 2 * kRows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    ASSERT_EQ(sorted[at], i / 2);
    ASSERT_EQ(order[at] >= kRows, i % 2 == 1);  // equal numbers in their old order
  }
  const Frame by_x = sort_values(df, "x");
  const auto x = by_x["x"].as<double>();
  const auto numbers_end = x.end() - 2 * kRows / 1000;
  EXPECT_TRUE(std::is_sorted(x.begin(), numbers_end));
  EXPECT_TRUE(std::all_of(numbers_end, x.end(), [](double value) { return std::isnan(value); }));
}

TEST(FrameOps, ResultsAreFramesWithoutFault) {
  const Frame df = sales();
  const std::vector<Frame> results = {sort_values(df, "city"),
                                      value_counts(df["city"]),
                                      describe(df),
                                      select(df, "city"),
                                      groupby(df, "city").agg({{"first", "city", "min"}}),
                                      merge(df, df, {.on = "year", .how = "outer"}),
                                      sort_values(df.head(0), "city"),
                                      merge(df.head(0), df, {.on = "year", .how = "left"})};

  for (const Frame& frame : results) {
    EXPECT_EQ(shared::frame_fault(frame.bytes()), std::nullopt);
  }
}

TEST(FrameOps, ValueCountsPutsTheMostFrequentFirst) {
  const Frame cities = value_counts(sales()["city"]);
  EXPECT_THAT(cities.columns(), ElementsAre("city", "count"));
  EXPECT_THAT(texts(cities["city"]), ElementsAre("Seoul", "Kyoto", "Busan"));
  EXPECT_THAT(cities["count"].as<Int>(), ElementsAre(3, 2, 1));

  const Frame numbers = value_counts(Frame({{"x", {2, kNan, 1.5, 2, kNan}}})["x"]);
  EXPECT_THAT(numbers["x"].as<double>(), ElementsAre(2, 1.5));
  EXPECT_THAT(numbers["count"].as<Int>(), ElementsAre(2, 1));

  EXPECT_THAT(value_counts(sales()["year"])["year"].as<Int>(), ElementsAre(2021, 2020));
  EXPECT_EQ(value_counts(sales().head(0)["city"]).rows(), 0U);
}

TEST(FrameOps, GroupbyAggregatesTheRowsOfEachKey) {
  const Frame df = groupby(sales(), "city")
                       .agg({{"count", "amount", "count"},
                             {"sum", "amount", "sum"},
                             {"mean", "amount", "mean"},
                             {"min", "items", "min"},
                             {"max", "items", "max"},
                             {"total", "items", "sum"},
                             {"average", "items", "mean"}});

  EXPECT_THAT(df.columns(),
              ElementsAre("city", "count", "sum", "mean", "min", "max", "total", "average"));
  EXPECT_THAT(texts(df["city"]), ElementsAre("Busan", "Kyoto", "Seoul"));
  EXPECT_THAT(df["count"].as<Int>(), ElementsAre(1, 2, 2));
  EXPECT_THAT(df["sum"].as<double>(), ElementsAre(8, 4, 6));
  EXPECT_THAT(df["mean"].as<double>(), ElementsAre(8, 2, 3));
  EXPECT_THAT(df["min"].as<Int>(), ElementsAre(8, 1, 3));
  EXPECT_THAT(df["max"].as<Int>(), ElementsAre(8, 2, 7));
  EXPECT_THAT(df["total"].as<Int>(), ElementsAre(8, 3, 15));
  EXPECT_THAT(df["average"].as<double>(), ElementsAre(8, 1.5, 5));
}

TEST(FrameOps, GroupbyFindsIntegersThatLieCloseTogetherOrFarApart) {
  constexpr Int low = std::numeric_limits<Int>::min();
  const auto sums_by = [](const std::vector<Int>& keys) {
    const Frame df({{"k", keys}, {"n", {1, 2, 4, 8, 16, 32}}});
    return groupby(df, "k").agg({{"n", "sum"}});
  };

  const Frame close = sums_by({7, 5, 7, 5, 6, 6}), gap = sums_by({-1, 3, -1, 3, 0, 3});
  const Frame far = sums_by({-(low / 2), low, -(low / 2), low, 0, low});

  EXPECT_THAT(close["k"].as<Int>(), ElementsAre(5, 6, 7));
  EXPECT_THAT(close["n"].as<Int>(), ElementsAre(2 + 8, 16 + 32, 1 + 4));
  EXPECT_THAT(gap["k"].as<Int>(), ElementsAre(-1, 0, 3));
  EXPECT_THAT(gap["n"].as<Int>(), ElementsAre(1 + 4, 16, 2 + 8 + 32));
  EXPECT_THAT(far["k"].as<Int>(), ElementsAre(low, 0, -(low / 2)));
  EXPECT_THAT(far["n"].as<Int>(), ElementsAre(2 + 8 + 32, 16, 1 + 4));
}

TEST(FrameOps, GroupbyOfIntegersHasAMeanWhereTheSumIsTooLarge) {
  constexpr Int high = std::numeric_limits<Int>::max();
  const Frame df = groupby(Frame({{"k", {1, 1}}, {"n", {high, high}}}), "k")
                       .agg({{"mean", "n", "mean"}, {"least", "n", "min"}});

  EXPECT_THAT(df["mean"].as<double>(), ElementsAre(0x1p63));
  EXPECT_THAT(df["least"].as<Int>(), ElementsAre(high));
}

TEST(FrameOps, GroupbyTakesSeveralKeys) {
  const Frame df = groupby(sales(), {"year", "city"}).agg({{"items", "sum"}});

  EXPECT_THAT(df["year"].as<Int>(), ElementsAre(2020, 2020, 2021, 2021));
  EXPECT_THAT(texts(df["city"]), ElementsAre("Kyoto", "Seoul", "Busan", "Seoul"));
  EXPECT_THAT(df["items"].as<Int>(), ElementsAre(3, 7, 8, 8));
  EXPECT_THAT(groupby(sales(), {"year", "city"}).size()["size"].as<Int>(), ElementsAre(2, 1, 1, 2));
}

TEST(FrameOps, GroupbyLeavesOutRowsWhoseKeyIsNan) {
  const Frame df({{"key", {1, kNan, 2, 1}}, {"n", {1, 10, 100, 1000}}});
  const Frame sums = groupby(df, "key").agg({{"n", "sum"}});

  EXPECT_THAT(sums["key"].as<double>(), ElementsAre(1, 2));
  EXPECT_THAT(sums["n"].as<Int>(), ElementsAre(1001, 100));
}

TEST(FrameOps, GroupsOfNothingButNanHaveSumZeroAndNoMean) {
  const Frame df({{"key", {"a", "a"}}, {"x", {kNan, kNan}}});
  const Frame all = groupby(df, "key").agg(
      {{"c", "x", "count"}, {"s", "x", "sum"}, {"m", "x", "mean"}, {"l", "x", "min"}});

  EXPECT_THAT(all["c"].as<Int>(), ElementsAre(0));
  EXPECT_THAT(all["s"].as<double>(), ElementsAre(0));
  EXPECT_THAT(all["m"].as<double>(), ElementsAre(IsNan()));
  EXPECT_THAT(all["l"].as<double>(), ElementsAre(IsNan()));
}

TEST(FrameOps, GroupbyCountsTextAndFindsItsEnds) {
  const Frame df =
      groupby(sales(), "year")
          .agg({{"n", "city", "count"}, {"first", "city", "min"}, {"last", "city", "max"}});

  EXPECT_THAT(df["n"].as<Int>(), ElementsAre(3, 3));
  EXPECT_THAT(texts(df["first"]), ElementsAre("Kyoto", "Busan"));
  EXPECT_THAT(texts(df["last"]), ElementsAre("Seoul", "Seoul"));
}

TEST(FrameOps, AggregationsThatAreNoneAreNamed) {
  const GroupBy groups = groupby(sales(), "year");
  constexpr Int high = std::numeric_limits<Int>::max();
  const Frame large({{"k", {1, 1}}, {"n", {high, Int{1}}}});

  EXPECT_THAT(error_of([&] {
                groups.agg({{"items", "median"}});
              }),
              HasSubstr("\"median\" of column \"items\": there is \"count\""));
  EXPECT_THAT(error_of([&] { groups.agg({{"city", "sum"}}); }), HasSubstr("text has \"count\""));
  EXPECT_THAT(error_of([&] { groups.agg({{"price", "sum"}}); }), HasSubstr("\"price\""));
  EXPECT_THAT(error_of([&] {
                groups.agg({{"items", "sum"}, {"items", "max"}});
              }),
              HasSubstr("two columns would be named \"items\""));
  EXPECT_THAT(error_of([] { groupby(sales(), Names()); }), HasSubstr("at least one column"));
  EXPECT_THAT(error_of([] { groupby(sales(), "month"); }), HasSubstr("\"month\""));
  EXPECT_THAT(error_of([&] {
                groupby(large, "k").agg({{"n", "sum"}});
              }),
              HasSubstr("beyond 64 bits"));
}

TEST(FrameOps, DescribeSummarisesNumericColumns) {
  const Frame df = describe(
      Frame({{"n", {1, 2, 3, 4}}, {"s", {"a", "b", "c", "d"}}, {"x", {0.5, kNan, 2.5, 1.5}}}));

  EXPECT_THAT(df.columns(), ElementsAre("index", "n", "x"));
  EXPECT_THAT(texts(df["index"]),
              ElementsAre("count", "mean", "std", "min", "25%", "50%", "75%", "max"));
  EXPECT_THAT(df["n"].as<double>(),
              ElementsAre(4, 2.5, DoubleNear(1.2909944487358056, 1e-15), 1, 1.75, 2.5, 3.25, 4));
  EXPECT_THAT(df["x"].as<double>(), ElementsAre(3, 1.5, 1, 0.5, 1, 1.5, 2, 2.5));
  EXPECT_THAT(describe(Frame({{"x", {7}}}))["x"].as<double>(),
              ElementsAre(1, 7, IsNan(), 7, 7, 7, 7, 7));
  EXPECT_THAT(error_of([] { describe(Frame({{"s", {"a"}}})); }), HasSubstr("no numeric column"));
}

Frame people() {
  return Frame({{"name", {"Ann", "Bo", "Cy", "Di"}}, {"city", {"Rome", "Oslo", "Rome", "Lima"}}});
}
Frame cities() { return Frame({{"city", {"Oslo", "Rome", "Bern"}}, {"size", {7, 28, 1}}}); }

TEST(FrameOps, MergeInnerKeepsPairsInTheLeftOrder) {
  const Frame df = merge(people(), cities(), {.on = "city"});

  EXPECT_THAT(df.columns(), ElementsAre("name", "city", "size"));
  EXPECT_THAT(texts(df["name"]), ElementsAre("Ann", "Bo", "Cy"));
  EXPECT_THAT(df["size"].as<Int>(), ElementsAre(28, 7, 28));
  EXPECT_THAT(texts(merge(people(), cities())["name"]), ElementsAre("Ann", "Bo", "Cy"));
}

TEST(FrameOps, MergeLeftKeepsRowsWithoutPartner) {
  const Frame df = merge(people(), cities(), {.on = "city", .how = "left"});

  EXPECT_THAT(texts(df["name"]), ElementsAre("Ann", "Bo", "Cy", "Di"));
  EXPECT_THAT(texts(df["city"]), ElementsAre("Rome", "Oslo", "Rome", "Lima"));
  EXPECT_THAT(df["size"].as<double>(), ElementsAre(28, 7, 28, IsNan()));
}

TEST(FrameOps, MergeRightKeepsTheRightRowsAndOrder) {
  const Frame df = merge(people(), cities(), {.on = "city", .how = "right"});

  EXPECT_THAT(texts(df["city"]), ElementsAre("Oslo", "Rome", "Rome", "Bern"));
  EXPECT_THAT(texts(df["name"]), ElementsAre("Bo", "Ann", "Cy", ""));
  EXPECT_THAT(df["size"].as<Int>(), ElementsAre(7, 28, 28, 1));
}

TEST(FrameOps, MergeOuterKeepsAllInTheOrderOfTheKeys) {
  const Frame df = merge(people(), cities(), {.on = "city", .how = "outer"});

  EXPECT_THAT(texts(df["city"]), ElementsAre("Bern", "Lima", "Oslo", "Rome", "Rome"));
  EXPECT_THAT(texts(df["name"]), ElementsAre("", "Di", "Bo", "Ann", "Cy"));
  EXPECT_THAT(df["size"].as<double>(), ElementsAre(1, IsNan(), 7, 28, 28));
}

TEST(FrameOps, MergePairsEachWithEachAndNamesColumnsApart) {
  const Frame left({{"k", {1, 1}}, {"v", {10, 20}}});
  const Frame right({{"v", {1.5, 2.5}}, {"k", {1, 1}}});
  const Frame df = merge(left, right, {.on = "k"});

  EXPECT_THAT(df.columns(), ElementsAre("k", "v_x", "v_y"));
  EXPECT_THAT(df["v_x"].as<Int>(), ElementsAre(10, 10, 20, 20));
  EXPECT_THAT(df["v_y"].as<double>(), ElementsAre(1.5, 2.5, 1.5, 2.5));
  EXPECT_THAT(merge(left, right, {.on = "k", .suffixes = {"", "_right"}}).columns(),
              ElementsAre("k", "v", "v_right"));
}

TEST(FrameOps, MergeTakesSeveralKeysAndMixesNumbers) {
  const Frame left({{"a", {1, 1, 2}}, {"b", {"x", "y", "x"}}, {"n", {1, 2, 3}}});
  const Frame right({{"a", {2.0, 1.0, kNan}}, {"b", {"x", "y", "x"}}, {"m", {30, 20, 0}}});
  const Frame df = merge(left, right, {.on = {"a", "b"}});
  EXPECT_THAT(df["n"].as<Int>(), ElementsAre(2, 3));
  EXPECT_THAT(df["m"].as<Int>(), ElementsAre(20, 30));

  const Frame nan = merge(right, right, {.on = "a"});
  EXPECT_THAT(nan["a"].as<double>(), ElementsAre(2, 1, IsNan()));
}

TEST(FrameOps, MergeRefusesWhatDoesNotFit) {
  EXPECT_THAT(error_of([] { merge(people(), sales(), {.on = "city", .how = "cross"}); }),
              HasSubstr("not \"cross\""));
  EXPECT_THAT(error_of([] {
                merge(people(), Frame({{"x", {1}}}));
              }),
              HasSubstr("no column in common"));
  EXPECT_THAT(error_of([] {
                merge(people(), Frame({{"city", {1}}}));
              }),
              HasSubstr("holds text in one frame and numbers in the other"));
  EXPECT_THAT(error_of([] {
                merge(people(), people(), {.on = "name", .suffixes = {"", ""}});
              }),
              HasSubstr("two columns would be named \"city\""));
}

}  // namespace
}  // namespace ekiden
