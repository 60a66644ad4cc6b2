// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <ekiden/dates.hpp>
#include <ekiden/members.hpp>

namespace city {

struct Place {
  double lat = 0, lon = 0;
};
EKIDEN_MEMBERS(Place, lat, lon)

struct City {
  std::string name;
  std::optional<int> population;
  std::vector<Place> stations;
  std::optional<std::chrono::year_month_day> founded;
};
EKIDEN_MEMBERS(City, name, population, stations, founded)

struct Wide {
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z;
};
EKIDEN_MEMBERS(Wide, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z)

}  // namespace city

namespace ekiden {
namespace {

using city::City;

std::string error(const char* text) {
  try {
    from_json<City>(Json::parse(text));
  } catch (const BadArgument& error) {
    return error.what();
  }
  return "none";
}

TEST(Members, AStructIsReadFromAnObject) {
  const City city = from_json<City>(Json::parse(
      R"({"name": "Oslo", "stations": [{"lat": 59.9, "lon": 10}], "founded": "1048-01-01",
          "other": true})"));
  EXPECT_EQ(city.name, "Oslo");
  EXPECT_FALSE(city.population);
  ASSERT_EQ(city.stations.size(), 1U);
  EXPECT_EQ(city.stations[0].lon, 10);
  EXPECT_EQ(int(city.founded->year()), 1048);
}

TEST(Members, AStructIsWrittenAsAnObject) {
  const City city{"Oslo", 5, {{1.5, 2}}, std::chrono::year(1048) / 1 / 2};
  EXPECT_EQ(Json(city).dump(),
            R"({"name":"Oslo","population":5,"stations":[{"lat":1.5,"lon":2.0}],)"
            R"("founded":"1048-01-02"})");
  EXPECT_EQ(Json(std::vector<City>{City{}}).dump(),
            R"([{"name":"","population":null,"stations":[],"founded":null}])");
}

TEST(Members, ErrorsNameTheMemberHoweverDeepItLies) {
  EXPECT_EQ(error("[]"), "expected an object, got a list of 0");
  EXPECT_EQ(error(R"({"stations": []})"), "member \"name\" is missing");
  EXPECT_EQ(error(R"({"name": 5, "stations": []})"),
            "member \"name\": expected a string, got the integer 5");
  EXPECT_EQ(error(R"({"name": "", "stations": [{"lat": 1, "lon": 1}, {"lat": 1, "lon": "x"}]})"),
            "member \"stations\": element 1: member \"lon\": expected a number, got the string "
            "\"x\"");
}

TEST(Members, TwentySixMembersArePossible) {
  const city::Wide wide{1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
                        14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26};
  EXPECT_EQ(from_json<city::Wide>(Json(wide)).z, 26);
}

}  // namespace
}  // namespace ekiden
