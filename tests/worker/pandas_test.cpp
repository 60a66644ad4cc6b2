// SPDX-License-Identifier: MIT
// The same questions to Frame and to pandas, over the same made-up data.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <ekiden/frame_io.hpp>
#include <ekiden/frame_ops.hpp>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/support/temporary_folder.hpp"

namespace ekiden {
namespace {

std::string contents(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// Three hundred rows of all types, with values missing in most.
std::string sales_csv() {
  std::mt19937 random(20220202);
  const auto below = [&](unsigned long bound) { return random() % bound; };
  const char* const cities[] = {"Seoul", "Kyoto", "Osaka", "\"Paris, France\"", ""};
  std::ostringstream csv;
  csv << "city,year,people,open,when,note\n";
  for (int row = 0; row < 300; ++row) {
    csv << cities[below(5)] << ',' << 2000 + below(5) << ',';
    if (below(10) != 0) csv << static_cast<double>(below(100'000)) / 1000;
    csv << ',' << (below(2) == 0 ? "True" : "False") << ',';
    if (below(8) != 0) {
      char date[40];
      std::snprintf(date, sizeof date, "2020-%02lu-%02lu %02lu:00:00", 1 + below(12), 1 + below(28),
                    below(24));
      csv << date;
    }
    csv << ",\"n" << below(50) << " \"\"q\"\"\"\n";
  }
  return csv.str();
}

constexpr const char* kOffices =
    "city,head,floor\nSeoul,Kim,3\nOsaka,Sato,1\nBerlin,Braun,2\nSeoul,Lee,\n,nobody,9\n";

const char* name_of(ColumnType type) {
  switch (type) {
    case ColumnType::float64:
      return "float64";
    case ColumnType::int64:
      return "int64";
    case ColumnType::text:
      return "text";
    case ColumnType::boolean:
      return "boolean";
    case ColumnType::timestamp:
      return "timestamp";
  }
  return "?";
}

Json split(const Frame& frame) { return to_json(frame, "split"); }

/// Everything that pandas_check.py does, done by us.
Json ours(const Frame& df, const Frame& offices) {
  Json::Object types;
  for (const std::string& name : df.columns()) types.emplace_back(name, name_of(df[name].type()));
  Json::Object all{{"read_csv", split(df)},
                   {"types", types},
                   {"selection", split(df[(df["year"] >= 2001) & ~(df["city"] == "Kyoto")])},
                   {"between", split(df[between(df["people"], 10, 60)])},
                   {"isin", split(df[isin(df["city"], {"Seoul", "Osaka"})])},
                   {"dates", split(df[df["when"] >= "2020-06-01"])},
                   {"booleans", split(df[df["open"]])},
                   {"isna", split(df[isna(df["city"])])},
                   {"sort_values", split(sort_values(df, {"city", "people"}, {true, false}))},
                   {"sort_dates", split(sort_values(df, "when"))},
                   {"agg", split(groupby(df, "city")
                                     .agg({{"total", "people", "sum"},
                                           {"mean", "people", "mean"},
                                           {"least", "people", "min"},
                                           {"most", "people", "max"},
                                           {"count", "people", "count"},
                                           {"first", "when", "min"},
                                           {"last", "when", "max"},
                                           {"dates", "when", "count"},
                                           {"opened", "open", "sum"},
                                           {"share", "open", "mean"},
                                           {"note", "note", "max"}}))},
                   {"size", split(groupby(df, {"city", "year"}).size())},
                   {"by_flag", split(groupby(df, "open").agg({{"total", "people", "sum"}}))},
                   {"describe", split(describe(select(df, {"year", "people"})))}};
  for (const char* how : {"inner", "left", "right", "outer"}) {
    all.emplace_back(std::string("merge_") + how,
                     split(merge(df, offices, {.on = "city", .how = how})));
  }
  for (const char* name : {"city", "open", "year", "when"}) {
    all.emplace_back(std::string("counts_") + name, split(value_counts(df[name])));
    all.emplace_back(std::string("unique_") + name, df[name].unique());
  }
  for (const char* orient : {"split", "records", "columns"}) {
    all.emplace_back(std::string("json_") + orient, to_json(df, orient).dump());
  }
  return Json(std::move(all));
}

TEST(Pandas, AgreesWithFrames) {
  const worker::test::TemporaryFolder folder;
  const auto sales = folder.write("sales.csv", sales_csv());
  const auto others = folder.write("offices.csv", kOffices);
  const Frame df = read_csv(sales, {.parse_dates = "when"});
  const Frame offices = read_csv(others);
  folder.write("ours.json", ours(df, offices).dump());
  const auto said = folder.path() / "said";

  const std::string command = "/usr/bin/python3 '" EKIDEN_PANDAS_CHECK "' '" +
                              folder.path().string() + "' > '" + said.string() + "' 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << contents(said);

  std::istringstream lines(contents(said));
  int cases = 0;
  for (std::string line; std::getline(lines, line); ++cases) {
    EXPECT_TRUE(line.starts_with("ok ")) << line;
  }
  EXPECT_EQ(cases, 29) << contents(said);

  const Json theirs = Json::parse(contents(folder.path() / "pandas.json"));
  for (const std::string orient : {"split", "records", "columns"}) {
    for (const std::string format : {"", "_epoch"}) {
      const Frame back = read_json(theirs[orient + format], orient, "when");
      EXPECT_EQ(split(back), split(df)) << orient << format;
    }
  }
}

}  // namespace
}  // namespace ekiden
