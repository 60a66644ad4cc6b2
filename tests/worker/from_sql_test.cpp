// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <ekiden/from_sql.hpp>
#include <filesystem>
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

std::size_t open_files() {
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) {
    count += file.path().empty() ? 0 : 1;
  }
  return count;
}

class FromSql : public testing::Test {
 protected:
  FromSql() {
    std::filesystem::remove(path_);
    run("create table city (name text, people integer, area real, mayor text, extra);"
        "insert into city values ('Seoul', 9411000, 605.2, 'Oh', 1), "
        "('Kyoto', 1464000, 827.8, null, 2.5), ('O''Hare', 3, null, '', null);");
  }
  ~FromSql() override { std::filesystem::remove(path_); }

  void run(const char* sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_close(database), SQLITE_OK);
  }

  const std::string path_ =
      testing::TempDir() + "/from_sql_test_" + std::to_string(::getpid()) + ".db";
};

TEST_F(FromSql, ColumnsAreOfWhatTheirValuesAre) {
  const Frame df = from_sql(path_, "select * from city order by people desc");

  EXPECT_THAT(df.columns(), ElementsAre("name", "people", "area", "mayor", "extra"));
  EXPECT_THAT(texts(df["name"]), ElementsAre("Seoul", "Kyoto", "O'Hare"));
  EXPECT_THAT(df["people"].as<Int>(), ElementsAre(9411000, 1464000, 3));
  EXPECT_THAT(df["area"].as<double>(), ElementsAre(605.2, 827.8, IsNan()));
  EXPECT_THAT(texts(df["mayor"]), ElementsAre("Oh", "", ""));
  EXPECT_THAT(df["extra"].as<double>(), ElementsAre(1, 2.5, IsNan()));
  EXPECT_EQ(shared::frame_fault(df.bytes()), std::nullopt);
}

TEST_F(FromSql, ParametersAreBoundAndNeverSql) {
  const char* by_name = "select people from city where name = ?";
  EXPECT_THAT(from_sql(path_, by_name, {"O'Hare"})["people"].as<Int>(), ElementsAre(3));
  EXPECT_EQ(from_sql(path_, by_name, {"' or 1 = 1 --"}).rows(), 0U);
  EXPECT_THAT(
      from_sql(path_, "select name from city where people > ? and area < ?;", {5, 700.5})["name"]
          .text(0),
      "Seoul");
  const Frame echo = from_sql(path_, "select ? as a, ? as b, ? as c", {nullptr, true, "x\"y"});
  EXPECT_THAT(echo["a"].as<double>(), ElementsAre(IsNan()));
  EXPECT_THAT(echo["b"].as<Int>(), ElementsAre(1));
  EXPECT_EQ(echo["c"].text(0), "x\"y");
}

TEST_F(FromSql, WhatIsWrongIsSaidInSqlitesWords) {
  EXPECT_THAT(error_of([&] { from_sql(path_, "select size from city"); }),
              HasSubstr("no such column: size, in: select size"));
  EXPECT_THAT(error_of([&] { from_sql(path_, "select * from city where people > ?"); }),
              HasSubstr("has 1 parameters, but 0 are given"));
  EXPECT_THAT(error_of([&] { from_sql(path_, "select ?", {Json::array({1})}); }),
              HasSubstr("parameter 1 is a list"));
  EXPECT_THAT(error_of([&] { from_sql(path_, "select 1; select 2"); }),
              HasSubstr("one statement at a time"));
  EXPECT_THAT(error_of([&] { from_sql(path_, " "); }), HasSubstr("the query is empty"));
  EXPECT_THAT(error_of([&] { from_sql(path_, "select x'00' as b"); }),
              HasSubstr("column \"b\" holds a blob"));
  EXPECT_THAT(error_of([&] { from_sql(path_, "select 1 as m union all select 'x'"); }),
              HasSubstr("from_sql: column \"m\", row 1: a string after numbers"));
  EXPECT_THAT(error_of([&] { from_sql(path_ + ".none", "select 1"); }),
              HasSubstr("unable to open database file"));
}

TEST_F(FromSql, NothingIsWritten) {
  EXPECT_THAT(error_of([&] { from_sql(path_, "delete from city"); }), HasSubstr("returns no rows"));
  EXPECT_THAT(error_of([&] { from_sql(path_, "delete from city returning name"); }),
              HasSubstr("attempt to write a readonly database"));
  EXPECT_EQ(from_sql(path_, "select name from city").rows(), 3U);
}

TEST_F(FromSql, NothingStaysOpen) {
  const std::size_t before = open_files();
  from_sql(path_, "select * from city");
  error_of([&] { from_sql(path_, "select x'00' from city"); });
  EXPECT_EQ(open_files(), before);
}

}  // namespace
}  // namespace ekiden
