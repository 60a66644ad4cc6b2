// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ekiden/frame_io.hpp>
#include <functional>
#include <limits>

#include "shared/frame.hpp"
#include "tests/worker/error_of.hpp"
#include "tests/worker/frame_values.hpp"

namespace ekiden {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNan;

using Int = std::int64_t;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Frame table() { return Frame({{"n", {1, -2}}, {"x", {0.1, kNan}}, {"s", {"a\"b", ""}}}); }

TEST(FrameOrients, AreWrittenAsPandasWritesThem) {
  EXPECT_EQ(to_json(table(), "split").dump(),
            R"({"columns":["n","x","s"],"index":[0,1],"data":[[1,0.1,"a\"b"],[-2,null,""]]})");
  EXPECT_EQ(to_json(table(), "records").dump(),
            R"([{"n":1,"x":0.1,"s":"a\"b"},{"n":-2,"x":null,"s":""}])");
  EXPECT_EQ(to_json(table(), "columns").dump(),
            R"({"n":{"0":1,"1":-2},"x":{"0":0.1,"1":null},"s":{"0":"a\"b","1":""}})");
  EXPECT_EQ(to_json(Frame({{"x", {HUGE_VAL}}}), "records").dump(), R"([{"x":null}])");
}

TEST(FrameOrients, RecordsAreTheDataOfATable) {
  EXPECT_EQ(to_records(table()), to_json(table(), "records"));
  EXPECT_EQ(to_records(Frame()).dump(), "[]");
}

TEST(FrameOrients, ReadBackWhatTheyWrote) {
  const Frame df = table();
  for (const char* orient : {"split", "records", "columns"}) {
    for (const Json& json : {to_json(df, orient), Json(to_json(df, orient).dump())}) {
      const Frame back = read_json(json, orient);
      EXPECT_THAT(back.columns(), ElementsAre("n", "x", "s")) << orient;
      EXPECT_THAT(back["n"].as<Int>(), ElementsAre(1, -2)) << orient;
      EXPECT_THAT(back["x"].as<double>(), ElementsAre(0.1, IsNan())) << orient;
      EXPECT_THAT(texts(back["s"]), ElementsAre("a\"b", "")) << orient;
      EXPECT_EQ(shared::frame_fault(back.bytes()), std::nullopt) << orient;
    }
  }
}

TEST(FrameOrients, ReadColumnsUnlessAnotherIsNamed) {
  EXPECT_THAT(read_json(R"({"a":{"0":1,"1":2}})")["a"].as<Int>(), ElementsAre(1, 2));
}

TEST(FrameOrients, FillUpWhatRowsAndColumnsLack) {
  const Frame records = read_json(R"([{"a":1,"b":"x"},{"b":null,"c":true}])", "records");
  EXPECT_THAT(records.columns(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(records["a"].as<double>(), ElementsAre(1, IsNan()));
  EXPECT_THAT(texts(records["b"]), ElementsAre("x", ""));
  EXPECT_TRUE(records["b"].is_missing(1));
  EXPECT_TRUE(records["c"].is_missing(0));
  EXPECT_TRUE(records["c"].flag(1));

  const Frame columns = read_json(R"({"a":{"p":1,"q":2},"b":{"q":3,"r":4}})", "columns");
  EXPECT_THAT(columns["a"].as<double>(), ElementsAre(1, 2, IsNan()));
  EXPECT_THAT(columns["b"].as<double>(), ElementsAre(IsNan(), 3, 4));
}

TEST(FrameOrients, TakeTypesThatFitAllValues) {
  const Frame df = read_json(
      R"({"columns":["i","x","flag","none",7],"data":[[1,1,true,null,"a"],[2,2.5,false,null,"b"]]})",
      "split");

  EXPECT_THAT(df["i"].as<Int>(), ElementsAre(1, 2));
  EXPECT_THAT(df["x"].as<double>(), ElementsAre(1, 2.5));
  EXPECT_TRUE(df["flag"].flag(0));
  EXPECT_FALSE(df["flag"].flag(1));
  EXPECT_THAT(df["none"].as<double>(), ElementsAre(IsNan(), IsNan()));
  EXPECT_THAT(texts(df["7"]), ElementsAre("a", "b"));
  EXPECT_EQ(read_json(R"({"columns":["a"],"data":[]})", "split").rows(), 0U);
}

TEST(FrameOrients, NameTheValueThatDoesNotFit) {
  EXPECT_EQ(error_of([] { read_json(R"([{"a":1},{"a":"x"}])", "records"); }),
            "read_json: column \"a\", row 1: a string after numbers; make all values strings or "
            "all numbers");
  EXPECT_THAT(error_of([] { read_json(R"([{"a":"x"},{"a":1}])", "records"); }),
              HasSubstr("row 1: an integer after strings"));
  EXPECT_THAT(error_of([] { read_json(R"([{"a":[1]}])", "records"); }),
              HasSubstr("row 0: a list, but a cell is"));
  EXPECT_THAT(error_of([] { read_json(R"([1])", "records"); }),
              HasSubstr("record 0 is an integer, not an object"));
  EXPECT_THAT(error_of([] { read_json(R"({"columns":["a"],"data":[[1,2]]})", "split"); }),
              HasSubstr("row 0 has 2 values, but there are 1 columns"));
  EXPECT_THAT(error_of([] { read_json(R"({"columns":["a","a"],"data":[]})", "split"); }),
              HasSubstr("two columns would be named \"a\""));
  EXPECT_THAT(error_of([] { read_json(R"({"data":[]})", "split"); }), HasSubstr("columns"));
  EXPECT_THAT(error_of([] { read_json("[]"); }), HasSubstr("is a list, not an object"));
  EXPECT_THAT(error_of([] { read_json("{"); }), HasSubstr("line 1"));
  EXPECT_THAT(error_of([] { read_json("{}", "table"); }), HasSubstr("not \"table\""));
  EXPECT_THAT(error_of([] { to_json(Frame(), "index"); }), HasSubstr("not \"index\""));
}

}  // namespace
}  // namespace ekiden
