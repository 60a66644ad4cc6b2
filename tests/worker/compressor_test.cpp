// SPDX-License-Identifier: MIT
#include "worker/dispatch/compressor.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/worker/samples.hpp"
#include "tests/worker/unpacked.hpp"

namespace ekiden::worker {
namespace {

class CompressorTest : public testing::TestWithParam<Encoding> {
 protected:
  static std::string packed(std::string bytes) {
    compress_in_place(*Compressor::make(GetParam(), bytes.size()), bytes);
    return bytes;
  }
  static void expect_round_trip(const std::string& text) {
    // Not EXPECT_EQ, which would print all of it.
    EXPECT_TRUE(test::unpacked(GetParam(), packed(text), text.size()) == text) << text.size();
  }
};

INSTANTIATE_TEST_SUITE_P(, CompressorTest, testing::Values(Encoding::gzip, Encoding::brotli),
                         [](const auto& encoding) { return std::string(name_of(encoding.param)); });

TEST_P(CompressorTest, KeepsWhatItPacks) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{250}, std::size_t{3834}, std::size_t{4096}, std::size_t{16122},
        std::size_t{20'000}, kPieceBytes - 1, kPieceBytes, 3 * kPieceBytes + 7}) {
    expect_round_trip(test::rows(size));
    expect_round_trip(test::base64_of_chance(size));
  }
}

TEST_P(CompressorTest, KeepsWhatIsOfSeveralKinds) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += test::rows(100'000) + test::base64_of_chance(100'000);
  expect_round_trip(text);
}

TEST_P(CompressorTest, KeepsWhatDoesNotShrink) {
  // Compressed it is larger, so there is never room for it where it has been read.
  expect_round_trip(test::chance(3 * kPieceBytes));
  expect_round_trip(test::chance(kPieceBytes) + test::rows(kPieceBytes) +
                    test::chance(kPieceBytes));
}

TEST_P(CompressorTest, SavesWhatIsThereToSave) {
  EXPECT_LT(packed(test::rows(1 << 20)).size(), (1 << 20) / 4);
  EXPECT_LT(packed(test::base64_of_chance(1 << 20)).size(), (1 << 20) * 77 / 100);
}

TEST_P(CompressorTest, NeedsNoFurtherMemoryForMore) {
  std::string text = test::rows(8 << 20);
  const char* const place = text.data();

  compress_in_place(*Compressor::make(GetParam(), text.size()), text);

  EXPECT_EQ(text.data(), place);
}

}  // namespace
}  // namespace ekiden::worker
