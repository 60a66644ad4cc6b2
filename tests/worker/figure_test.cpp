// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <ekiden/figure.hpp>
#include <limits>

namespace ekiden {
namespace {

TEST(Figure, IsWrittenAsPlotlyReadsIt) {
  Figure figure(Scatter().mode("markers").x({1, 2}).y({"a", "b"}).marker({{"opacity", 0.5}}));
  figure.add_trace(Trace("histogram2d").set("nbinsx", 20));
  figure.update_layout({{"title", "T"}});

  EXPECT_EQ(Json(figure).dump(),
            R"({"data":[{"type":"scatter","mode":"markers","x":{"dtype":"i4","bdata":)"
            R"("AQAAAAIAAAA="},"y":["a","b"],"marker":{"opacity":0.5}},)"
            R"({"type":"histogram2d","nbinsx":20}],"layout":{"title":"T"}})");
}

TEST(Figure, WithoutTracesHasAnEmptyListAndLayout) {
  EXPECT_EQ(Json(Figure()).dump(), R"({"data":[],"layout":{}})");
}

TEST(Figure, LayoutUpdatesAreMergedMemberByMember) {
  Figure figure;
  figure.update_layout({{"margin", {{"l", 20}, {"r", 10}}}, {"colorway", Json::array({"red"})}});
  figure.update_layout({{"margin", {{"l", 5}, {"t", 1}}}, {"colorway", Json::array({"blue"})}});

  EXPECT_EQ(figure.layout().dump(), R"({"margin":{"l":5,"r":10,"t":1},"colorway":["blue"]})");
  EXPECT_THROW(figure.update_layout("wide"), Error);
}

TEST(Figure, ChangingACopyLeavesTheOriginalAlone) {
  const Figure original(Scatter().x({1.5}));
  Figure copy = original;
  copy.trace().x({2.5}).name("changed");
  copy.update_layout({{"title", "changed"}});

  EXPECT_EQ(Json(original).dump(),
            R"({"data":[{"type":"scatter","x":{"dtype":"f8","bdata":"AAAAAAAA+D8="}}],)"
            R"("layout":{}})");
  EXPECT_THROW(copy.trace(1), Error);
}

TEST(Figure, SettingAnAttributeTwiceReplacesIt) {
  const Trace trace = Bar().name("a").name("b");

  EXPECT_EQ(Json(trace).dump(), R"({"type":"bar","name":"b"})");
  EXPECT_EQ(*trace.find("name"), Json("b"));
  EXPECT_EQ(trace.find("x"), nullptr);
}

std::string dtype(const Data& data) { return Json(data).as_typed_array()->dtype; }

TEST(Figure, NumbersBecomeTypedArraysOfTheirOwnKind) {
  EXPECT_EQ(dtype(std::vector<double>{1}), "f8");
  EXPECT_EQ(dtype(std::vector<float>{1}), "f4");
  EXPECT_EQ(dtype(std::vector<int>{1}), "i4");
  EXPECT_EQ(dtype(std::vector<std::uint32_t>{1}), "u4");
  EXPECT_EQ(dtype(std::vector<std::int16_t>{1}), "i2");
  EXPECT_EQ(dtype(std::vector<std::uint8_t>{1}), "u1");
  EXPECT_EQ(dtype({1, 2.5}), "f8");
}

TEST(Figure, SixtyFourBitIntegersTakeTheSmallestKindThatHoldsThem) {
  EXPECT_EQ(dtype(std::vector<std::int64_t>{-1, 2147483647}), "i4");
  EXPECT_EQ(Json(Data(std::vector<std::int64_t>{-1})).dump(),
            R"({"dtype":"i4","bdata":"/////w=="})");
  EXPECT_EQ(dtype(std::vector<std::int64_t>{2147483648}), "f8");
}

TEST(Figure, NanTravelsInATypedArray) {
  const Json json = Data(std::vector<double>{std::numeric_limits<double>::quiet_NaN()});

  EXPECT_EQ(json.dump(), R"({"dtype":"f8","bdata":"AAAAAAAA+H8="})");
}

struct Owner : detail::Counted {
  explicit Owner(bool& gone) : gone_(gone) {}
  ~Owner() override { gone_ = true; }
  const std::vector<double> values{1.5};
  bool& gone_;
};

TEST(Figure, SharedColumnsAreNotCopiedAndOutliveTheirMaker) {
  bool gone = false;
  auto owner = make_ref<const Owner>(gone);
  const double* values = owner->values.data();
  {
    const Json column = typed_array(std::span(owner->values), owner);
    owner = {};
    EXPECT_EQ(static_cast<const void*>(column.as_typed_array()->bytes.data()), values);
    EXPECT_EQ(column.dump(), R"({"dtype":"f8","bdata":"AAAAAAAA+D8="})");
    EXPECT_FALSE(gone);
  }
  EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace ekiden
