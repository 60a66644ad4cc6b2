// SPDX-License-Identifier: MIT
// Writes the data of hidden_div and aggregations: two years of what three fruit shops sold. The
// same seed gives the same file, with any compiler: no distribution of the library is used.
#include <array>
#include <cstdio>
#include <random>

namespace {

constexpr std::array kCities{"Kyoto", "Osaka", "Seoul"};
constexpr std::array kFruits{"apples", "oranges", "figs"};
/// Kilograms in an ordinary month, of each fruit.
constexpr std::array kUsual{420UL, 350UL, 90UL};
/// In percent, from January: figs are ripe in late summer, oranges in winter.
constexpr unsigned long kSeason[3][12] = {{110, 105, 95, 85, 80, 75, 80, 95, 120, 135, 130, 120},
                                          {140, 135, 120, 105, 90, 75, 65, 65, 75, 95, 120, 140},
                                          {20, 20, 25, 40, 60, 110, 170, 220, 210, 150, 70, 30}};

void write_month(std::FILE* file, std::mt19937& random, unsigned year, unsigned month) {
  for (std::size_t city = 0; city < kCities.size(); ++city) {
    for (std::size_t fruit = 0; fruit < kFruits.size(); ++fruit) {
      const unsigned long percent = 85 + random() % 31;
      const unsigned long sold =
          kUsual[fruit] * kSeason[fruit][month - 1] * percent * (10 + city) / 100'000;
      std::fprintf(file, "%u-%02u-01,%s,%s,", year, month, kCities[city], kFruits[fruit]);
      // Every twentieth report was never handed in.
      if (random() % 20 != 0) std::fprintf(file, "%lu", sold);
      std::fputc('\n', file);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::FILE* file = argc == 2 ? std::fopen(argv[1], "w") : nullptr;
  if (file == nullptr) {
    std::fputs("usage: fruit_sales FILE; FILE must be writable\n", stderr);
    return 2;
  }
  std::mt19937 random(20190401);
  std::fputs("date,city,fruit,sold_kg\n", file);
  for (unsigned month = 0; month < 24; ++month) {
    write_month(file, random, 2019 + month / 12, month % 12 + 1);
  }
  return std::fclose(file) == 0 ? 0 : 1;
}
