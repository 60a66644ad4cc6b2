// SPDX-License-Identifier: MIT
// Writes the database of the weather app: the hourly temperatures of thirty days, made up by the
// same seed with any compiler.
#include <sqlite3.h>

#include <cstdio>
#include <random>
#include <string>

namespace {

/// Hundredths of a degree: warmest in the afternoon, each day a little different.
int temperature(std::mt19937& random, int day, int hour) {
  constexpr int kOfDay[24] = {-30, -35, -39, -42, -44, -45, -40, -28, -12, 4,   18,  30,
                              38,  43,  45,  43,  37,  27,  14,  3,   -7,  -15, -21, -26};
  const int season = 1200 + day * 15;
  return season + kOfDay[hour] * 10 + static_cast<int>(random() % 150) - 75;
}

std::string script() {
  std::mt19937 random(20220202);
  std::string sql =
      "begin; create table reading (date text not null, hour integer not null, celsius real not "
      "null, primary key (date, hour)) without rowid;";
  for (int day = 1; day <= 30; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      char row[96];
      std::snprintf(row, sizeof row, "insert into reading values ('2022-04-%02d', %d, %.2f);", day,
                    hour, temperature(random, day, hour) / 100.0);
      sql += row;
    }
  }
  return sql + "commit;";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: weather_db FILE\n", stderr);
    return 2;
  }
  std::remove(argv[1]);
  sqlite3* database = nullptr;
  char* error = nullptr;
  if (sqlite3_open(argv[1], &database) != SQLITE_OK ||
      sqlite3_exec(database, script().c_str(), nullptr, nullptr, &error) != SQLITE_OK) {
    std::fprintf(stderr, "weather_db: %s: %s\n", argv[1],
                 error != nullptr ? error : sqlite3_errmsg(database));
    return 1;
  }
  return sqlite3_close(database) == SQLITE_OK ? 0 : 1;
}
