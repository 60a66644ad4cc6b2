// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <ekiden/download.hpp>
#include <ekiden/frame_io.hpp>
#include <filesystem>
#include <fstream>
#include <functional>

#include "shared/frame.hpp"
#include "tests/worker/error_of.hpp"
#include "tests/worker/frame_values.hpp"

namespace ekiden {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNan;

using Int = std::int64_t;

TEST(FrameCsv, ColumnsAreOfWhatTheirValuesLookLike) {
  const Frame df = read_csv_text("city,people,area\nSeoul,9411000,605.2\nKyoto,1464000,828\n");

  EXPECT_THAT(df.columns(), ElementsAre("city", "people", "area"));
  EXPECT_THAT(texts(df["city"]), ElementsAre("Seoul", "Kyoto"));
  EXPECT_THAT(df["people"].as<Int>(), ElementsAre(9411000, 1464000));
  EXPECT_THAT(df["area"].as<double>(), ElementsAre(605.2, 828));
  EXPECT_EQ(shared::frame_fault(df.bytes()), std::nullopt);
}

TEST(FrameCsv, MissingValuesAreNanAndEmptyText) {
  const Frame df = read_csv_text("n,x,s,none\n1,NaN,a,\n,2.5,NA,\nnull,3,\"\"\n");

  EXPECT_THAT(df["n"].as<double>(), ElementsAre(1, IsNan(), IsNan()));
  EXPECT_THAT(df["x"].as<double>(), ElementsAre(IsNan(), 2.5, 3));
  EXPECT_THAT(texts(df["s"]), ElementsAre("a", "", ""));
  EXPECT_THAT(df["none"].as<double>(), ElementsAre(IsNan(), IsNan(), IsNan()));
}

TEST(FrameCsv, WhatIsMissingMayBeSaid) {
  const std::string text = "n,s\n1,NA\n-,b\n";

  const Frame more = read_csv_text(text, {.na_values = {"-"}});
  EXPECT_THAT(more["n"].as<double>(), ElementsAre(1, IsNan()));
  EXPECT_THAT(texts(more["s"]), ElementsAre("", "b"));

  const Frame only = read_csv_text(text, {.na_values = {"-"}, .keep_default_na = false});
  EXPECT_THAT(texts(only["s"]), ElementsAre("NA", "b"));
}

TEST(FrameCsv, QuotesHoldSeparatorsLineBreaksAndQuotes) {
  const Frame df =
      read_csv_text("a,b\n\"x, y\",\"one\r\ntwo\"\n\"say \"\"hi\"\"\",\"p\"q\no\"k,r\n");

  EXPECT_THAT(texts(df["a"]), ElementsAre("x, y", "say \"hi\"", "o\"k"));
  EXPECT_THAT(texts(df["b"]), ElementsAre("one\r\ntwo", "pq", "r"));
}

TEST(FrameCsv, LinesEndInAnyWayAndBlankOnesAreSkipped) {
  EXPECT_THAT(read_csv_text("\xEF\xBB\xBF\n  \na,b\r\n1,2\r\n\r\n3,4")["b"].as<Int>(),
              ElementsAre(2, 4));
  EXPECT_THAT(read_csv_text("a,b\r1,2\r3,4\r")["a"].as<Int>(), ElementsAre(1, 3));
  EXPECT_THAT(read_csv_text("a\tb\n\t1\n", {.sep = '\t'})["b"].as<Int>(), ElementsAre(1));
}

TEST(FrameCsv, NumbersMayHaveBlanksSignsAndExponents) {
  const Frame df = read_csv_text("i,x,h\n +1,1e3,0x10\n-2 ,-inf,1_0\n3,1e999,+-1\n");

  EXPECT_THAT(df["i"].as<Int>(), ElementsAre(1, -2, 3));
  EXPECT_THAT(df["x"].as<double>(), ElementsAre(1000, -HUGE_VAL, HUGE_VAL));
  EXPECT_THAT(texts(df["h"]), ElementsAre("0x10", "1_0", "+-1"));
}

TEST(FrameCsv, IntegersBeyond64BitsAreDoubles) {
  const Frame df = read_csv_text("n,m\n9223372036854775807,9223372036854775808\n");

  EXPECT_THAT(df["n"].as<Int>(), ElementsAre(9223372036854775807));
  EXPECT_THAT(df["m"].as<double>(), ElementsAre(0x1p63));
}

TEST(FrameCsv, NamesAreMadeDifferentAndMayBeGiven) {
  EXPECT_THAT(read_csv_text("a,a,,a.1\n1,2,3,4\n").columns(),
              ElementsAre("a", "a.2", "Unnamed: 2", "a.1"));
  const Frame plain = read_csv_text("1,x\n2,y\n", {.header = false});
  EXPECT_THAT(plain.columns(), ElementsAre("0", "1"));
  EXPECT_THAT(plain["0"].as<Int>(), ElementsAre(1, 2));
  EXPECT_THAT(read_csv_text("1,x\n", {.header = false, .names = {"n", "s"}}).columns(),
              ElementsAre("n", "s"));
  EXPECT_THAT(read_csv_text("a,b,c\n1,2,3\n", {.usecols = {"c", "a"}}).columns(),
              ElementsAre("a", "c"));
}

TEST(FrameCsv, ShortRowsAreFilledUp) {
  EXPECT_THAT(read_csv_text("a,b\n1\n2,3\n")["b"].as<double>(), ElementsAre(IsNan(), 3));
}

TEST(FrameCsv, TextWithoutRowsIsAFrameWithoutRows) {
  EXPECT_THAT(read_csv_text("a,b\n").columns(), ElementsAre("a", "b"));
  EXPECT_EQ(read_csv_text("a,b\n").rows(), 0U);
  EXPECT_THAT(read_csv_text("").columns(), ElementsAre());
}

TEST(FrameCsv, DtypeKeepsDigitsAsText) {
  const Frame df = read_csv_text(
      "zip,n\n00123,1\n", {.dtype = {{"zip", ColumnType::text}, {"n", ColumnType::float64}}});

  EXPECT_THAT(texts(df["zip"]), ElementsAre("00123"));
  EXPECT_THAT(df["n"].as<double>(), ElementsAre(1));
}

TEST(FrameCsv, ABadRowIsNamedByLineColumnAndText) {
  const std::string text = "a,people\n\"x\ny\",1\nz,many\n";
  try {
    read_csv_text(text, {.dtype = {{"people", ColumnType::int64}}});
    FAIL() << "no error";
  } catch (const CsvError& error) {
    EXPECT_STREQ(error.what(),
                 "read_csv: the text, line 4, column 2: \"many\" is not an integer, as dtype wants "
                 "of \"people\"");
    EXPECT_EQ(error.line, 4U);
    EXPECT_EQ(error.column, 2U);
    EXPECT_EQ(error.text, "many");
  }
  EXPECT_EQ(
      error_of([] { read_csv_text("a,b\n1,2\n3,4,5\n"); }),
      "read_csv: the text, line 3, column 3: \"5\" is one cell too many, there are 2 columns");
  EXPECT_EQ(error_of([] { read_csv_text("a,b\n1,\"2\n3,4\n"); }),
            "read_csv: the text, line 2, column 2: \"2\n3,4\n\" has an opening quote, but no "
            "closing one");
}

TEST(FrameCsv, OptionsThatNameNoColumnAreErrors) {
  EXPECT_EQ(error_of([] { read_csv_text("a,b\n1,2\n", {.usecols = {"c"}}); }),
            "read_csv: the text has no column \"c\", which usecols names; its columns are \"a\", "
            "\"b\"");
  EXPECT_THAT(error_of([] {
                read_csv_text("a\n1\n", {.names = {"x", "y"}});
              }),
              HasSubstr("has 1 columns, but names has 2"));
}

TEST(FrameCsv, FilesAreReadAndNamedInErrors) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / "frame_csv_test.csv";
  std::ofstream(path) << "a\n1\n2\n";
  EXPECT_THAT(read_csv(path)["a"].as<Int>(), ElementsAre(1, 2));
  std::ofstream(path) << "a\n1,2\n";
  EXPECT_THAT(error_of([&] { read_csv(path); }), HasSubstr(path.string() + ", line 2, column 2"));
  std::filesystem::remove(path);
  EXPECT_THAT(error_of([&] { read_csv(path); }), HasSubstr("No such file"));
  EXPECT_THAT(error_of([] { read_csv(testing::TempDir()); }), HasSubstr("directory"));
}

TEST(FrameCsv, ReadsBackWhatToCsvWrites) {
  const Frame df(
      {{"s", {"a,b", "line\nbreak", "\"q\""}}, {"x", {0.1, 1e300, -2.5}}, {"n", {1, -2, 3}}});

  const Frame back = read_csv_text(dcc::to_csv(df), {.usecols = {"s", "x", "n"}});
  EXPECT_TRUE(
      std::equal(back.bytes().begin(), back.bytes().end(), df.bytes().begin(), df.bytes().end()));
}

TEST(FrameCsv, ReadsBackMissingValuesOfASingleColumn) {
  const Frame df({{"s", {"a", "", "  ", "b"}}});

  EXPECT_EQ(dcc::to_csv(df), "s\na\n\"\"\n\"  \"\nb\n");
  EXPECT_THAT(texts(read_csv_text(dcc::to_csv(df))["s"]), ElementsAre("a", "", "  ", "b"));
}

TEST(FrameCsv, NamesThatBeginWithAByteOrderMarkComeBack) {
  const std::string name = "\xEF\xBB\xBFs";
  const Frame df({{name, {"a"}}});
  EXPECT_EQ(read_csv_text(dcc::to_csv(df)).columns(), std::vector{name});
}

}  // namespace
}  // namespace ekiden
