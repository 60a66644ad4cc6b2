// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <ekiden/dates.hpp>

#include "worker/app/definition.hpp"

namespace ekiden {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year_month_day;

constexpr year_month_day kDay = 2024y / 2 / 29;

template <class T>
std::string error(const Json& json) {
  try {
    from_json<T>(json);
  } catch (const BadArgument& error) {
    return error.what();
  }
  return "none";
}

TEST(Dates, ADayIsReadWithAndWithoutATimeBehindIt) {
  EXPECT_EQ(from_json<year_month_day>("2024-02-29"), kDay);
  EXPECT_EQ(from_json<year_month_day>("2024-02-29T23:59:59.999999"), kDay);
  EXPECT_EQ(from_json<year_month_day>("2024-02-29T00:30:00+05:30"), kDay);
}

TEST(Dates, ATimeIsReadInUtc) {
  const sys_seconds noon = sys_days(kDay) + 12h;
  EXPECT_EQ(from_json<sys_seconds>("2024-02-29T12:00:00"), noon);
  EXPECT_EQ(from_json<sys_seconds>("2024-02-29 12:00"), noon);
  EXPECT_EQ(from_json<sys_seconds>("2024-02-29T12:00:00Z"), noon);
  EXPECT_EQ(from_json<sys_seconds>("2024-02-29T14:30:00+02:30"), noon);
  EXPECT_EQ(from_json<sys_seconds>("2024-02-29T06:00:00-0600"), noon);
  EXPECT_EQ(from_json<sys_seconds>("2024-02-29"), sys_days(kDay));
}

TEST(Dates, FractionsAreKeptAsFarAsTheTypeHasThem) {
  using Millis = std::chrono::sys_time<std::chrono::milliseconds>;
  const Json text = "1969-12-31T23:59:59.987654";
  EXPECT_EQ(from_json<Millis>(text), Millis(-13ms));
  EXPECT_EQ(from_json<sys_seconds>(text), sys_seconds(-1s));
  EXPECT_EQ(from_json<sys_days>(text), sys_days(-std::chrono::days(1)));
}

TEST(Dates, WhatIsNoDateIsRefusedWithItsText) {
  for (const char* text :
       {"", "2024-02-30", "2023-02-29", "2024-13-01", "2024-2-3", "24-02-03", "2024-02-29x",
        "2024-02-29T", "2024-02-29T24:00", "2024-02-29T10:60", "2024-02-29T10:00:00.",
        "2024-02-29T10:00:00+", "2024-02-29T10:00:00Zx", "2024-02-29T1:00", "+024-01-01"}) {
    EXPECT_EQ(
        error<year_month_day>(text),
        "expected a date such as \"2024-05-31\" or \"2024-05-31T10:30:00\", got the string \"" +
            std::string(text) + '"');
  }
  EXPECT_EQ(error<sys_seconds>(20240229),
            "expected a date such as \"2024-05-31\" or \"2024-05-31T10:30:00\", got the integer "
            "20240229");
}

TEST(Dates, WhatTheTypeCannotHoldIsRefused) {
  using Nanos = std::chrono::sys_time<std::chrono::nanoseconds>;
  EXPECT_EQ(error<Nanos>("2500-01-01"),
            "expected a date that the parameter's type can hold, got the string \"2500-01-01\"");
  // The last second that has begun is not over when the type's range ends.
  EXPECT_NE(error<Nanos>("2262-04-11T23:47:16.9"), "none");
  EXPECT_EQ(error<Nanos>("2262-04-11T23:47:15.9"), "none");
}

TEST(Dates, AreWrittenAsIsoText) {
  EXPECT_EQ(detail::json_of(kDay), Json("2024-02-29"));
  EXPECT_EQ(detail::json_of(sys_days(kDay)), Json("2024-02-29"));
  EXPECT_EQ(detail::json_of(sys_seconds(sys_days(kDay) + 9h)), Json("2024-02-29T09:00:00"));
  EXPECT_EQ(detail::json_of(std::chrono::sys_time<std::chrono::milliseconds>(-13ms)),
            Json("1969-12-31T23:59:59.987"));
  EXPECT_THROW(detail::json_of(2023y / 2 / 29), Error);
}

TEST(Dates, AreParametersAndResultsOfCallbacks) {
  App app;
  app.callback({Output{"next", "date"}, Output{"all", "data"}}, Input{"picker", "date"},
               [](std::optional<year_month_day> day) {
                 using Days = std::vector<year_month_day>;
                 std::optional<year_month_day> next;
                 if (day) next = sys_days(*day) + std::chrono::days(1);
                 return std::tuple(next, day ? Days{*day, *next} : Days{});
               });
  const auto& run = app.definition().callbacks.front().run;

  auto results = run(std::vector<Json>{"2024-02-29"});
  EXPECT_EQ(*results[0], Json("2024-03-01"));
  EXPECT_EQ(*results[1], Json::array({"2024-02-29", "2024-03-01"}));
  results = run(std::vector<Json>{nullptr});
  EXPECT_EQ(*results[0], Json());
}

}  // namespace
}  // namespace ekiden
