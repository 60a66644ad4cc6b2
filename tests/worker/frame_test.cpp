// SPDX-License-Identifier: MIT
#include "shared/frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <ekiden/frame.hpp>
#include <limits>
#include <random>
#include <sstream>

#include "tests/worker/error_of.hpp"
#include "tests/worker/frame_values.hpp"

namespace ekiden {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The table of the Dash guide.
Frame guide() { return Frame({{"a", {1, 2, 3}}, {"b", {4, 1, 4}}, {"c", {"x", "y", "z"}}}); }

std::vector<std::size_t> rows_of(const Mask& mask) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < mask.size(); ++row) {
    if (mask[row]) rows.push_back(row);
  }
  return rows;
}

TEST(Frame, IsMadeLikeADataFrameOfADictionary) {
  const Frame df = guide();

  EXPECT_EQ(df.size(), 3U);
  EXPECT_THAT(df.columns(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(df["a"].as<std::int64_t>(), ElementsAre(1, 2, 3));
  EXPECT_THAT(texts(df["c"]), ElementsAre("x", "y", "z"));
  EXPECT_EQ(shared::frame_fault(df.bytes()), std::nullopt);
}

TEST(Frame, TakesVectorsOfAnyNumberOrString) {
  const Frame df({{"float", std::vector<float>{0.5F, 1.5F}},
                  {"mixed", {1.5, 2}},
                  {"bytes", std::vector<unsigned char>{200, 255}},
                  {"views", std::vector<std::string_view>{"p", "q"}},
                  {"column", guide().head(2)["c"]}});

  EXPECT_THAT(df["float"].as<double>(), ElementsAre(0.5, 1.5));
  EXPECT_THAT(df["mixed"].as<double>(), ElementsAre(1.5, 2));
  EXPECT_THAT(df["bytes"].as<std::int64_t>(), ElementsAre(200, 255));
  EXPECT_THAT(texts(df["views"]), ElementsAre("p", "q"));
  EXPECT_THAT(texts(df["column"]), ElementsAre("x", "y"));
}

TEST(Frame, WithoutColumnsHasNoRows) {
  EXPECT_EQ(Frame().rows(), 0U);
  EXPECT_THAT(Frame().columns(), ElementsAre());
  EXPECT_EQ(Frame()[Mask(0)].rows(), 0U);
}

TEST(Frame, RefusesColumnsThatDoNotFitTogether) {
  EXPECT_EQ(error_of([] {
              Frame({{"a", {1, 2}}, {"b", {1}}});
            }),
            "Frame: column \"b\" has 1 values, but \"a\" has 2");
  EXPECT_EQ(error_of([] {
              Frame({{"a", {1}}, {"a", {1}}});
            }),
            "Frame: column \"a\" is given twice; names must differ");
  EXPECT_THAT(error_of([] { Frame({{"a", std::vector{~0ULL}}}); }), HasSubstr("beyond 64 bits"));
}

TEST(Frame, NamesTheColumnsThereAreWhenOneIsMissing) {
  EXPECT_EQ(error_of([] { guide()["d"]; }),
            "Frame: there is no column \"d\"; its columns are \"a\", \"b\", \"c\"");
  EXPECT_EQ(error_of([] { Frame()["d"]; }), "Frame: there is no column \"d\"; it has no columns");
}

TEST(Frame, NamesTheColumnThatIsReadAsAnotherType) {
  EXPECT_EQ(error_of([] { guide()["a"].as<double>(); }),
            "column \"a\" holds integers (int64), so as<double>() cannot read it");
  EXPECT_THAT(error_of([] { guide()["a"].text(0); }), HasSubstr("so it has no text"));
  EXPECT_THAT(error_of([] { guide()["c"].text(3); }), HasSubstr("no row 3, it has 3 rows"));
  EXPECT_THAT(error_of([] { static_cast<void>(guide()["c"] == 1); }),
              HasSubstr("compare it with a string"));
  EXPECT_THAT(error_of([] { static_cast<void>(guide()["a"] == "1"); }),
              HasSubstr("compare it with a number"));
}

TEST(Frame, SelectsTheRowsWhoseTextIsEqual) {
  const Frame df = guide();

  const Frame filtered = df[df["c"] == std::string("z")];

  EXPECT_EQ(filtered.size(), 1U);
  EXPECT_THAT(filtered["a"].as<std::int64_t>(), ElementsAre(3));
  EXPECT_THAT(texts(filtered["c"]), ElementsAre("z"));
  EXPECT_EQ(df[df["c"] == "missing"].size(), 0U);
  EXPECT_EQ(df[df["c"] != "missing"].size(), 3U);
}

TEST(Frame, SharesItsMemoryWithASelectionOfAllRows) {
  const Frame df = guide();

  EXPECT_EQ(df[df["a"] > 0].bytes().data(), df.bytes().data());
  EXPECT_EQ(df.head(3).bytes().data(), df.bytes().data());
}

TEST(Frame, RefusesAMaskOfAnotherSize) {
  const Frame df = guide();

  EXPECT_THAT(error_of([&] { df[Mask(4)]; }), AllOf(HasSubstr("4 rows"), HasSubstr("has 3")));
  EXPECT_THAT(error_of([&] { Mask(4) & (df["a"] == 1); }), HasSubstr("4 rows, the other for 3"));
}

TEST(Frame, GivesItsFirstRowsByHead) {
  EXPECT_THAT(guide().head(2)["a"].as<std::int64_t>(), ElementsAre(1, 2));
  EXPECT_EQ(guide().head(0).rows(), 0U);
  EXPECT_EQ(guide().head().rows(), 3U);
}

TEST(Frame, KeepsOfALongDictionaryOnlyWhatASelectionUses) {
  std::vector<std::string> names;
  for (int i = 0; i < 70'000; ++i) names.push_back("name " + std::to_string(i));
  names.push_back("name 5");
  const Frame df({{"name", names}});

  const Frame two = df[(df["name"] == "name 5") | (df["name"] == "name 69999")];

  EXPECT_THAT(texts(two["name"]), ElementsAre("name 5", "name 69999", "name 5"));
  EXPECT_LT(two.byte_size(), 1000U);
  EXPECT_EQ(shared::frame_fault(two.bytes()), std::nullopt);
}

TEST(Frame, IsReadByCopiesAfterTheOriginalIsGone) {
  auto df = std::make_unique<Frame>(guide());
  const Column column = (*df)["a"];
  const Json json = to_json((*df)["c"]);
  df.reset();

  EXPECT_THAT(column.as<std::int64_t>(), ElementsAre(1, 2, 3));
  EXPECT_EQ(json.dump(), R"(["x","y","z"])");
}

TEST(Mask, CombinesByAndOrNot) {
  const Frame df = guide();

  EXPECT_THAT(rows_of((df["a"] >= 2) & (df["b"] == 4)), ElementsAre(2));
  EXPECT_THAT(rows_of((df["a"] < 2) | (df["c"] == "z")), ElementsAre(0, 2));
  EXPECT_THAT(rows_of(~(df["a"] <= 2)), ElementsAre(2));
  EXPECT_EQ((~Mask(70)).count(), 70U);
  EXPECT_EQ(~Mask(70), Mask(70, true));
}

TEST(Mask, OfANanSelectsNothingButByNotEqual) {
  const Frame df({{"x", {1.0, kNan, 3.0}}});

  EXPECT_THAT(rows_of(df["x"] == kNan), ElementsAre());
  EXPECT_THAT(rows_of(df["x"] < 4), ElementsAre(0, 2));
  EXPECT_THAT(rows_of(df["x"] >= 1), ElementsAre(0, 2));
  EXPECT_THAT(rows_of(df["x"] != 1), ElementsAre(1, 2));
  EXPECT_THAT(rows_of(df["x"] > kNan), ElementsAre());
}

TEST(Column, KnowsItsDifferentValuesInOrderOfAppearance) {
  const Frame df({{"s", {"b", "a", "b", "c", "a"}},
                  {"n", {3, 1, 3, 2, 1}},
                  {"x", {0.5, kNan, -0.0, 0.0, kNan}}});

  EXPECT_EQ(df["s"].unique().dump(), R"(["b","a","c"])");
  EXPECT_EQ(df["n"].unique().dump(), "[3,1,2]");
  EXPECT_EQ(df["x"].unique().dump(), "[0.5,null,-0.0]");
  EXPECT_EQ(df[df["s"] == "c"]["s"].unique().dump(), R"(["c"])");
}

TEST(Column, BecomesATypedArrayWithoutACopy) {
  const Frame df({{"x", {0.5, 1.5}}});

  const Json json = to_json(df["x"]);

  ASSERT_NE(json.as_typed_array(), nullptr);
  EXPECT_EQ(json.as_typed_array()->dtype, "f8");
  EXPECT_EQ(static_cast<const void*>(json.as_typed_array()->bytes.data()),
            static_cast<const void*>(df["x"].as<double>().data()));
  EXPECT_EQ(json.dump(), R"({"dtype":"f8","bdata":"AAAAAAAA4D8AAAAAAAD4Pw=="})");
}

TEST(Column, OfIntegersBecomesTheTypedArrayThatHoldsThem) {
  const Frame df({{"small", {-1, 2}}, {"large", std::vector{1LL << 31, -1LL}}});

  const Json small = to_json(df["small"]), large = to_json(df["large"]);

  EXPECT_EQ(small.dump(), R"({"dtype":"i4","bdata":"/////wIAAAA="})");
  ASSERT_EQ(large.as_typed_array()->dtype, "f8");
  double values[2];
  std::memcpy(values, large.as_typed_array()->bytes.data(), sizeof values);
  EXPECT_THAT(values, ElementsAre(2147483648.0, -1.0));
}

/// What a comparison should select: each row by itself, in a type that holds all values exactly.
template <class T, class V>
bool naive(int comparison, T value, V with) {
  const auto a = static_cast<long double>(value), b = static_cast<long double>(with);
  const bool outcomes[] = {a == b, a != b, a<b, a <= b, a> b, a >= b};
  return outcomes[comparison];
}
bool naive(int comparison, const std::string& a, const std::string& b) {
  const bool outcomes[] = {a == b, a != b, a<b, a <= b, a> b, a >= b};
  return outcomes[comparison];
}

template <class V>
Mask compared(const Column& column, int comparison, const V& with) {
  switch (comparison) {
    case 0:
      return column == with;
    case 1:
      return column != with;
    case 2:
      return column < with;
    case 3:
      return column <= with;
    case 4:
      return column > with;
    default:
      return column >= with;
  }
}

/// Compares `values` with each of `with` in all six ways, and looks at every row.
template <class T, class V>
void expect_like_naive(const std::vector<T>& values, const std::vector<V>& with) {
  const Frame df({{"column", values}});
  for (const V& value : with) {
    for (int comparison = 0; comparison < 6; ++comparison) {
      const Mask mask = compared(df["column"], comparison, value);
      const Frame selected = df[mask];
      std::size_t next = 0;
      for (std::size_t row = 0; row < values.size(); ++row) {
        ASSERT_EQ(mask[row], naive(comparison, values[row], value)) << comparison << " " << value;
        if (!mask[row]) continue;
        if constexpr (std::is_same_v<T, std::string>) {
          ASSERT_EQ(selected["column"].text(next++), values[row]);
        } else {
          const T copy = selected["column"].template as<T>()[next++];
          ASSERT_EQ(std::memcmp(&copy, &values[row], sizeof copy), 0);
        }
      }
      ASSERT_EQ(selected.rows(), next);
      ASSERT_EQ(shared::frame_fault(selected.bytes()), std::nullopt);
    }
  }
}

class RandomFrame : public testing::TestWithParam<std::size_t> {
 protected:
  template <class T>
  std::vector<T> picks(const std::vector<T>& from) {
    std::vector<T> values(GetParam());
    for (T& value : values) value = from[random_() % from.size()];
    return values;
  }
  std::mt19937_64 random_{GetParam()};
};

TEST_P(RandomFrame, OfDoublesIsSelectedLikeRowByRow) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> edges{0.0, -0.0, 1, -1, 0.5, kNan, infinity, -infinity, 1e300, 5e-324};

  expect_like_naive(picks(edges), edges);
  expect_like_naive(picks(edges), std::vector<std::int64_t>{0, 1, -7});
}

TEST_P(RandomFrame, OfIntegersIsSelectedLikeRowByRow) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::int64_t> edges{0, 1, 2, -1, -2, kMin, kMin + 1, kMax, kMax - 1, 1LL << 53};

  expect_like_naive(picks(edges), edges);
  expect_like_naive(picks(edges),
                    std::vector<double>{0, -0.5, 0.5, 1, 1.5, -1e300, 1e300, kNan, 0x1p63, -0x1p63,
                                        0x1p53, INFINITY, -INFINITY});
}

TEST_P(RandomFrame, OfTextIsSelectedLikeRowByRow) {
  for (const std::size_t different : {1U, 3U, 300U, 5'000U}) {
    std::vector<std::string> words{""};
    while (words.size() < different) words.push_back(std::to_string(words.size() * 7919 % 99'991));

    expect_like_naive(picks(words), std::vector<std::string>{"", "7919", "x", words.back()});
  }
}

TEST_P(RandomFrame, KnowsItsDifferentValuesLikeRowByRow) {
  const std::vector<std::string> values = picks<std::string>({"a", "b", "", "cc", "a long text"});

  Json::Array expected;
  for (const std::string& value : values) {
    if (std::find(expected.begin(), expected.end(), Json(value)) == expected.end()) {
      expected.emplace_back(value);
    }
  }

  EXPECT_EQ(Frame({{"column", values}})["column"].unique(), Json(expected));
}

INSTANTIATE_TEST_SUITE_P(Sizes, RandomFrame, testing::Values(0, 1, 63, 64, 65, 128, 1000));

}  // namespace
}  // namespace ekiden
