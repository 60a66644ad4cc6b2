// SPDX-License-Identifier: MIT
#include "worker/json/late_base64.hpp"

#include <gmock/gmock.h>

#include <ekiden/figure.hpp>
#include <numeric>

#include "worker/json/writer.hpp"

namespace ekiden::worker {
namespace {

constexpr std::size_t kLargeNumbers = 100'001;  // 133,335 and a third groups of three bytes

Json numbers(std::size_t count) {
  std::vector<std::int32_t> values(count);
  std::iota(values.begin(), values.end(), 0);
  return typed_array(std::span<const std::int32_t>(values));
}

/// Two large arrays side by side, others and text around them.
Json values() {
  const Json large = numbers(kLargeNumbers);
  return Json{{"a", large}, {"b", numbers(5)}, {"c", Json::array({large, large, "text"})}};
}

std::string written(const Json& json, LateBase64& late) {
  std::string text;
  const LateBase64::Collecting collecting(text, late);
  json.write(text);
  return text;
}

std::string read_all(std::string_view text, const LateBase64& late, std::size_t piece) {
  std::string whole, window(piece, ' ');
  while (const std::size_t count = late.read(text, whole.size(), window)) {
    whole.append(window, 0, count);
  }
  return whole;
}

TEST(LateBase64, LeavesLargeArraysOutOfTheText) {
  LateBase64 late;
  const std::string text = written(values(), late);

  EXPECT_LT(text.size(), 200U);
  EXPECT_EQ(late.size(), 3 * base64_size(4 * kLargeNumbers));
  EXPECT_EQ(text.size() + late.size(), values().dump().size());
}

TEST(LateBase64, IsReadWholeInPiecesOfAnySize) {
  LateBase64 late;
  const std::string text = written(values(), late), whole = values().dump();

  for (const std::size_t piece : {4U, 7U, 64U, 65'537U, 10'000'000U}) {
    EXPECT_TRUE(read_all(text, late, piece) == whole) << piece;
  }
}

TEST(LateBase64, FillWritesWhatIsMissing) {
  LateBase64 late;
  std::string text = written(values(), late);

  late.fill(text);

  EXPECT_TRUE(text == values().dump());
  EXPECT_TRUE(late.empty());
}

TEST(LateBase64, LeavesSmallArraysAndOtherTextsAlone) {
  LateBase64 late;
  std::string collected;
  const LateBase64::Collecting collecting(collected, late);

  EXPECT_EQ(numbers(5).dump(), R"({"dtype":"i4","bdata":"AAAAAAEAAAACAAAAAwAAAAQAAAA="})");
  EXPECT_GT(numbers(kLargeNumbers).dump().size(), base64_size(4 * kLargeNumbers));
  EXPECT_TRUE(late.empty());
}

TEST(LateBase64, HoldsAnArrayUntilItIsCleared) {
  struct Owner : detail::Counted {
    explicit Owner(bool& flag) : gone(flag) {}
    ~Owner() override { gone = true; }
    bool& gone;
    std::vector<std::int32_t> values = std::vector<std::int32_t>(kLargeNumbers);
  };
  bool gone = false;
  LateBase64 late;
  {
    const auto owner = make_ref<const Owner>(gone);
    written(typed_array(std::span(owner->values), owner), late);
  }
  EXPECT_FALSE(gone);

  late.clear();

  EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace ekiden::worker
