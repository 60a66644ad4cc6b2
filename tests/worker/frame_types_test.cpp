// SPDX-License-Identifier: MIT
// Booleans, times and missing values, in all that is done with frames.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ekiden/frame_io.hpp>
#include <ekiden/frame_ops.hpp>

#include "shared/frame.hpp"
#include "tests/worker/error_of.hpp"
#include "tests/worker/frame_values.hpp"

namespace ekiden {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Int = std::int64_t;

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

/// Four shops; of the last nothing is known but its number.
Frame shops() {
  return Frame({{"number", {1, 2, 3, 4}},
                {"city", std::vector<std::optional<std::string>>{"Seoul", "Kyoto", "", {}}},
                {"open", std::vector<std::optional<bool>>{true, false, true, {}}},
                {"since", {at("2020-02-29"), at("2019-01-01T12:30:00.5"), at("2021-06-01"), NaT}}});
}

std::vector<Int> numbers(const Frame& frame) {
  const auto values = frame["number"].as<Int>();
  return {values.begin(), values.end()};
}

/// The rows that a mask selects, by their number.
std::vector<Int> found(const Mask& mask) { return numbers(shops()[mask]); }

TEST(Timestamps, AreReadInIso8601) {
  const Timestamp noon = sys_days(2026y / 11 / 26) + 12h;
  for (const char* text :
       {"2026-11-26T12:00", "2026-11-26 12:00:00", "2026-11-26T12:00:00.000Z",
        "2026-11-26T21:00:00+09:00", "2026-11-26T21:00+09", "2026-11-26T08:30:00.0-0330"}) {
    EXPECT_EQ(parse_timestamp(text), noon) << text;
  }
  EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59.999999999"), Timestamp(-1ns));
  EXPECT_EQ(parse_timestamp("2026-11-26"), Timestamp(sys_days(2026y / 11 / 26)));
}

TEST(Timestamps, AreNothingElse) {
  for (const char* text :
       {"", "2026", "2026-13-01", "2026-02-29", "2026-11-26T", "2026-11-26T24:00",
        "2026-11-26T1:00", "2026-11-26T12:60", "2026-11-26T12:00:60", "2026-11-26T12:00:00.",
        "2026-11-26x", "2026-11-26T12:00:00.0123456789", "2026-11-26T12:00+",
        "2026-11-26T12:00+24:00", "2026-11-26T12:00Zx", "26-11-2026", "1600-01-01", "2300-01-01",
        "+2026-11-26"}) {
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
  }
}

TEST(Timestamps, AreWrittenWithAsManyDecimalsAsThereAre) {
  EXPECT_EQ(format_timestamp(at("2026-11-26")), "2026-11-26T00:00:00.000");
  EXPECT_EQ(format_timestamp(at("2026-11-26T01:02:03.05")), "2026-11-26T01:02:03.050");
  EXPECT_EQ(format_timestamp(at("1969-12-31T23:59:59.999999999")), "1969-12-31T23:59:59.999999999");
  EXPECT_EQ(format_timestamp(at("2026-11-26T01:02:03.0001")), "2026-11-26T01:02:03.0001");
}

TEST(FrameTypes, KeepWhatIsMissing) {
  const Frame df = shops();

  EXPECT_FALSE(shared::frame_fault(df.bytes()));
  EXPECT_EQ(df["city"].text(2), "");
  EXPECT_FALSE(df["city"].is_missing(2));
  EXPECT_EQ(df["city"].text(3), "");
  EXPECT_TRUE(df["city"].is_missing(3));
  EXPECT_TRUE(df["open"].flag(0));
  EXPECT_FALSE(df["open"].flag(3));
  EXPECT_TRUE(df["open"].is_missing(3));
  EXPECT_EQ(df["since"].as<Timestamp>()[3], NaT);
  EXPECT_THAT(found(isna(df["city"])), ElementsAre(4));
  EXPECT_THAT(found(notna(df["since"])), ElementsAre(1, 2, 3));
  EXPECT_THAT(found(isna(df["number"])), IsEmpty());
}

TEST(FrameTypes, AreReadAsWhatTheyAre) {
  const Frame df = shops();

  EXPECT_THAT(error_of([&] { df["open"].as<Int>(); }), HasSubstr("holds booleans"));
  EXPECT_THAT(error_of([&] { df["open"].text(0); }), HasSubstr("read it by flag(row)"));
  EXPECT_THAT(error_of([&] { df["since"].as<Int>(); }), HasSubstr("holds times"));
  EXPECT_THAT(error_of([&] { df["number"].flag(0); }), HasSubstr("so flag(row) cannot read it"));
  EXPECT_THAT(error_of([&] { df["open"].flag(4); }), HasSubstr("there is no row 4"));
}

TEST(FrameTypes, CompareAsPandasDoes) {
  const Frame df = shops();

  EXPECT_THAT(found(df["open"] == true), ElementsAre(1, 3));
  EXPECT_THAT(found(df["open"] == false), ElementsAre(2));
  EXPECT_THAT(found(df["open"] != true), ElementsAre(2, 4));
  EXPECT_THAT(found(df["open"] < 1), ElementsAre(2));
  EXPECT_THAT(numbers(df[df["open"]]), ElementsAre(1, 3));
  EXPECT_THAT(found(df["since"] >= "2020-01-01"), ElementsAre(1, 3));
  EXPECT_THAT(found(df["since"] < at("2020-01-01")), ElementsAre(2));
  EXPECT_THAT(found(df["since"] < sys_days(2020y / 1 / 1)), ElementsAre(2));
  EXPECT_THAT(found(df["since"] != "2021-06-01"), ElementsAre(1, 2, 4));
  EXPECT_THAT(found(df["since"] == NaT), IsEmpty());
  EXPECT_THAT(found(between(df["since"], "2019-01-01", "2020-02-29")), ElementsAre(1, 2));
  EXPECT_THAT(found(df["city"] == ""), ElementsAre(3));
  EXPECT_THAT(found(df["city"] != "Seoul"), ElementsAre(2, 3, 4));
  EXPECT_THAT(found(df["city"] >= ""), ElementsAre(1, 2, 3));
  EXPECT_THAT(error_of([&] { static_cast<void>(df["since"] == 5); }),
              HasSubstr("compare it with a time"));
  EXPECT_THAT(error_of([&] { static_cast<void>(df["since"] == "soon"); }),
              HasSubstr("no time in ISO 8601"));
  EXPECT_THAT(error_of([&] { static_cast<void>(df["number"] == at("2020-01-01")); }),
              HasSubstr("cannot be compared with a time"));
  EXPECT_THAT(error_of([&] { df[df["number"]]; }), HasSubstr("so it selects no rows"));
}

TEST(FrameTypes, AreFoundByIsin) {
  const Frame df = shops();

  EXPECT_THAT(found(isin(df["open"], {false})), ElementsAre(2));
  EXPECT_THAT(found(isin(df["open"], std::vector<std::optional<bool>>{true, {}})),
              ElementsAre(1, 3, 4));
  EXPECT_THAT(found(isin(df["since"], {"2021-06-01", "2020-02-29"})), ElementsAre(1, 3));
  EXPECT_THAT(found(isin(df["since"], std::vector{NaT})), ElementsAre(4));
  EXPECT_THAT(found(isin(df["city"], std::vector<std::optional<std::string>>{{}, "Kyoto"})),
              ElementsAre(2, 4));
  EXPECT_THAT(error_of([&] { isin(df["open"], {1}); }), HasSubstr("holds booleans"));
  EXPECT_THAT(error_of([&] { isin(df["since"], {"x"}); }), HasSubstr("\"x\" is no time"));
}

TEST(FrameTypes, AreSelectedWithTheirMissingValues) {
  std::vector<std::optional<bool>> flags;
  std::vector<std::optional<std::string>> texts;
  std::vector<Timestamp> times;
  std::vector<Int> row;
  for (Int i = 0; i < 200; ++i) {
    row.push_back(i);
    flags.push_back(i % 7 == 0 ? std::nullopt : std::optional(i % 3 == 0));
    texts.push_back(i % 5 == 0 ? std::nullopt : std::optional("t" + std::to_string(i % 60)));
    times.push_back(i % 11 == 0 ? NaT : Timestamp(std::chrono::hours(i)));
  }
  const Frame df({{"number", row}, {"flag", flags}, {"text", texts}, {"time", times}});
  for (const Int count : {0, 1, 3, 63, 64, 65, 150, 200}) {
    const Frame part = df[df["number"] >= 200 - count];
    ASSERT_FALSE(shared::frame_fault(part.bytes())) << *shared::frame_fault(part.bytes());
    ASSERT_EQ(part.rows(), static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < part.rows(); ++i) {
      const auto from = static_cast<std::size_t>(numbers(part)[i]);
      EXPECT_EQ(part["flag"].is_missing(i), !flags[from]);
      EXPECT_EQ(part["flag"].flag(i), flags[from].value_or(false));
      EXPECT_EQ(part["text"].is_missing(i), !texts[from]);
      EXPECT_EQ(part["text"].text(i), texts[from].value_or(""));
      EXPECT_EQ(part["time"].as<Timestamp>()[i], times[from]);
    }
  }
}

TEST(FrameTypes, GoIntoFiguresWithNull) {
  const Frame df = shops();

  EXPECT_EQ(Json(df["open"]).dump(), "[true,false,true,null]");
  EXPECT_EQ(Json(df["city"]).dump(), R"(["Seoul","Kyoto","",null])");
  EXPECT_EQ(
      Json(df["since"]).dump(),
      R"(["2020-02-29T00:00:00.000","2019-01-01T12:30:00.500","2021-06-01T00:00:00.000",null])");
  EXPECT_EQ(df["open"].unique().dump(), "[true,false,null]");
  EXPECT_EQ(df["city"].unique().dump(), R"(["Seoul","Kyoto","",null])");
}

TEST(FrameTypes, AreSortedWithMissingValuesLast) {
  const Frame df = shops();

  EXPECT_THAT(numbers(sort_values(df, "open")), ElementsAre(2, 1, 3, 4));
  EXPECT_THAT(numbers(sort_values(df, "open", false)), ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(numbers(sort_values(df, "since")), ElementsAre(2, 1, 3, 4));
  EXPECT_THAT(numbers(sort_values(df, "city", false)), ElementsAre(1, 2, 3, 4));
}

TEST(FrameTypes, AreCountedAndGrouped) {
  const Frame df = shops();

  const Frame counts = value_counts(df["open"]);
  EXPECT_TRUE(counts["open"].flag(0));
  EXPECT_THAT(counts["count"].as<Int>(), ElementsAre(2, 1));
  EXPECT_EQ(value_counts(df["since"]).rows(), 3U);
  EXPECT_EQ(value_counts(df["city"]).rows(), 3U);

  const Frame groups = groupby(df, "open")
                           .agg({{"n", "number", "count"},
                                 {"first", "since", "min"},
                                 {"last", "since", "max"},
                                 {"cities", "city", "count"}});
  EXPECT_EQ(Json(groups["open"]).dump(), "[false,true]");
  EXPECT_THAT(groups["n"].as<Int>(), ElementsAre(1, 2));
  EXPECT_EQ(groups["first"].as<Timestamp>()[1], at("2020-02-29"));
  EXPECT_EQ(groups["last"].as<Timestamp>()[1], at("2021-06-01"));
  EXPECT_THAT(groups["cities"].as<Int>(), ElementsAre(1, 2));
  EXPECT_THAT(error_of([&] {
                groupby(df, "open").agg({{"since", "mean"}});
              }),
              HasSubstr("times have \"count\", \"min\" and \"max\" only"));
}

TEST(FrameTypes, AddBooleansAsNumbersInGroups) {
  const Frame df({{"k", {"a", "a", "b", "b", "c"}},
                  {"yes", std::vector<std::optional<bool>>{true, false, true, {}, {}}}});
  const Frame groups = groupby(df, "k").agg({{"sum", "yes", "sum"},
                                             {"mean", "yes", "mean"},
                                             {"any", "yes", "max"},
                                             {"n", "yes", "count"}});

  EXPECT_THAT(groups["sum"].as<Int>(), ElementsAre(1, 1, 0));
  EXPECT_THAT(groups["mean"].as<double>(), ElementsAre(0.5, 1, testing::IsNan()));
  EXPECT_EQ(Json(groups["any"]).dump(), "[true,true,null]");
  EXPECT_THAT(groups["n"].as<Int>(), ElementsAre(2, 1, 0));
}

TEST(FrameTypes, MissWhatAMergeFindsNoPartnerFor) {
  const Frame names({{"city", std::vector<std::optional<std::string>>{"Seoul", {}, "Osaka"}},
                     {"country", {"Korea", "nowhere", "Japan"}}});
  const Frame merged = merge(shops(), names, {.on = "city", .how = "outer"});

  ASSERT_EQ(merged.rows(), 5U);
  EXPECT_EQ(Json(merged["city"]).dump(), R"(["","Kyoto","Osaka","Seoul",null])");
  EXPECT_EQ(Json(merged["country"]).dump(), R"([null,null,"Japan","Korea","nowhere"])");
  EXPECT_EQ(Json(merged["open"]).dump(), "[true,false,null,true,null]");
  EXPECT_EQ(merged["since"].as<Timestamp>()[2], NaT);
  EXPECT_THAT(error_of([&] {
                merge(shops(), Frame({{"open", {"yes"}}}), {.on = "open"});
              }),
              HasSubstr("holds booleans in one frame and text in the other"));
}

TEST(FrameTypes, ComeBackFromJson) {
  const Frame df = shops();
  for (const char* orient : {"split", "records", "columns"}) {
    const Frame back = read_json(to_json(df, orient).dump(), orient, "since");
    EXPECT_TRUE(std::ranges::equal(back.bytes(), df.bytes())) << orient;
    const Frame epoch = read_json(to_json(df, orient, "epoch").dump(), orient, "since");
    EXPECT_TRUE(std::ranges::equal(epoch.bytes(), df.bytes())) << orient;
  }
  EXPECT_EQ(to_json(df, "records", "epoch")[1]["since"], Json(1546345800500));
  EXPECT_THAT(error_of([&] { to_json(df, "split", "unix"); }), HasSubstr("\"iso\" or \"epoch\""));
  EXPECT_THAT(error_of([&] { read_json(R"([{"d":"soon"}])", "records", "d"); }),
              HasSubstr("column \"d\", row 0: \"soon\" is no time"));
  EXPECT_THAT(error_of([&] { read_json(R"([{"d":1.5}])", "records", "d"); }),
              HasSubstr("1.5 is no time"));
  EXPECT_THAT(error_of([&] { read_json(R"([{"d":1}])", "records", "e"); }),
              HasSubstr("there is no column \"e\", which convert_dates names"));
}

TEST(FrameTypes, ComeFromCsv) {
  const std::string text =
      "city,open,since\nSeoul,True,2020-02-29\n,False,2019-01-01 12:30\nKyoto,TRUE,\n";
  const Frame df = read_csv_text(text, {.parse_dates = "since"});

  EXPECT_EQ(Json(df["city"]).dump(), R"(["Seoul",null,"Kyoto"])");
  EXPECT_EQ(Json(df["open"]).dump(), "[true,false,true]");
  EXPECT_EQ(df["since"].as<Timestamp>()[1], at("2019-01-01T12:30"));
  EXPECT_EQ(df["since"].as<Timestamp>()[2], NaT);
  EXPECT_EQ(read_csv_text(text)["since"].type(), ColumnType::text);

  const Frame flags = read_csv_text("a,b\ntrue,x\n,y\n", {.dtype = {{"a", ColumnType::boolean}}});
  EXPECT_EQ(Json(flags["a"]).dump(), "[true,null]");
  EXPECT_EQ(read_csv_text("a,b\ntrue,x\n,y\n")["a"].type(), ColumnType::text);
}

TEST(FrameTypes, NameTheCellOfACsvThatDoesNotFit) {
  EXPECT_THAT(error_of([] { read_csv_text("d\n2020-01-01\nsoon\n", {.parse_dates = "d"}); }),
              HasSubstr("line 3, column 1: \"soon\" is no time in ISO 8601"));
  EXPECT_THAT(error_of([] { read_csv_text("d\n1\n", {.parse_dates = "x"}); }),
              HasSubstr("no column \"x\", which parse_dates names"));
  EXPECT_THAT(error_of([] {
                read_csv_text("f\nmaybe\n", {.dtype = {{"f", ColumnType::boolean}}});
              }),
              HasSubstr("\"maybe\" is not True or False"));
}

TEST(FrameTypes, ComeBackFromBase64) {
  const Frame df = shops();
  const Frame back = from_base64(to_base64(df));

  EXPECT_TRUE(std::ranges::equal(back.bytes(), df.bytes()));
  EXPECT_EQ(from_base64(to_base64(Frame())).rows(), 0U);
}

TEST(FrameTypes, RefuseDamagedBase64) {
  const std::string text = to_base64(shops());

  EXPECT_THAT(error_of([&] { from_base64(text.substr(1)); }), HasSubstr("not base64"));
  EXPECT_THAT(error_of([&] { from_base64(text.substr(0, text.size() / 8 * 4)); }),
              HasSubstr("bytes, given are"));
  EXPECT_THAT(error_of([&] { from_base64(""); }), HasSubstr("too few for a frame"));
  EXPECT_THAT(error_of([&] { from_base64("AAAA" + text.substr(4)); }), HasSubstr("not a frame"));
}

TEST(FrameTypes, OfForeignBytesAreChecked) {
  const Frame df = shops();
  const auto change = [&](const char* name, auto damage) {
    std::vector<std::uint64_t> memory(df.byte_size() / 8 + 9);
    const auto start = std::as_writable_bytes(std::span(memory)).first(df.byte_size());
    std::ranges::copy(df.bytes(), start.begin());
    const shared::FrameView view(start.data());
    damage(start, *view.find(name));
    return shared::frame_fault(start).value_or("");
  };
  const auto clear = [](std::uint64_t shared::FrameColumn::*offset) {
    return [offset](std::span<std::byte> bytes, const shared::FrameColumn& column) {
      bytes[column.*offset] = std::byte{0};
    };
  };
  const auto fill = [](std::uint64_t shared::FrameColumn::*offset) {
    return [offset](std::span<std::byte> bytes, const shared::FrameColumn& column) {
      bytes[column.*offset] = std::byte{0xff};
    };
  };
  using C = shared::FrameColumn;
  EXPECT_THAT(change("since", clear(&C::nulls_offset)), HasSubstr("not those of the bitmap"));
  EXPECT_THAT(change("city", clear(&C::nulls_offset)), HasSubstr("not those of the bitmap"));
  EXPECT_THAT(change("open", clear(&C::nulls_offset)), HasSubstr("a missing value is true"));
  EXPECT_THAT(change("since", fill(&C::nulls_offset)), HasSubstr("beyond the last row"));
  EXPECT_THAT(change("open", fill(&C::data_offset)), HasSubstr("beyond the last row"));
}

}  // namespace
}  // namespace ekiden
