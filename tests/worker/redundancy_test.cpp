// SPDX-License-Identifier: MIT
#include "worker/dispatch/redundancy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <ekiden/frame.hpp>
#include <ekiden/json.hpp>
#include <string>
#include <vector>

#include "tests/worker/samples.hpp"

namespace ekiden::worker {
namespace {

std::string measured() {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(std::sin(i)) + ',';
  return text;
}

std::string typed_array_of_whole_numbers() {
  std::vector<double> whole(10'000);
  for (std::size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<double>(i);
  return Json(Frame({{"x", whole}})["x"]).dump();
}

TEST(Repetitions, AreInTablesAndWholeNumbers) {
  EXPECT_TRUE(has_repetitions(test::rows(50'000)));
  EXPECT_TRUE(has_repetitions(typed_array_of_whole_numbers()));
}

TEST(Repetitions, AreNotInNumbersThatAreNotRound) {
  EXPECT_FALSE(has_repetitions(measured()));
  EXPECT_FALSE(has_repetitions(test::base64_of_chance(50'000)));
}

TEST(Repetitions, AreLookedForInTheMiddle) {
  const std::string rows = test::rows(20'000), other = test::base64_of_chance(10'000);

  EXPECT_FALSE(has_repetitions(rows + other + rows));
  EXPECT_TRUE(has_repetitions(other + rows + other));
}

TEST(Chance, IsWhatHasBeenCompressed) { EXPECT_TRUE(looks_like_chance(test::chance(50'000))); }

TEST(Chance, IsNoTextOfAnyKind) {
  for (const std::string& text : {test::rows(50'000), measured(), test::base64_of_chance(50'000),
                                  typed_array_of_whole_numbers()}) {
    EXPECT_FALSE(looks_like_chance(text)) << text.substr(0, 100);
  }
}

TEST(Redundancy, OfNextToNothingCanBeAskedFor) {
  for (const char* text : {"", "a", "abcdefg", "abcdefgh"}) {
    has_repetitions(text);
    EXPECT_FALSE(looks_like_chance(text)) << text;
  }
}

}  // namespace
}  // namespace ekiden::worker
