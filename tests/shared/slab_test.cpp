// SPDX-License-Identifier: MIT
#include "shared/slab.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "shared/segment.hpp"

namespace ekiden::shared {
namespace {

constexpr std::size_t kData = 64U << 20;

struct Extent {
  std::uint64_t offset;
  std::size_t bytes;
};

class Slab : public ::testing::Test {
 protected:
  bool take(std::size_t bytes) {
    const auto offset = slabs_.find(bytes);
    if (!offset) return false;
    slabs_.mark(*offset, bytes);
    extents_.push_back({*offset, bytes});
    return true;
  }
  void give_back(std::size_t at) {
    slabs_.unmark(extents_[at].offset, extents_[at].bytes);
    extents_[at] = extents_.back();
    extents_.pop_back();
  }
  /// Log-uniform between 64 bytes and 256 KiB, as results of callbacks are.
  std::size_t some_size() {
    return static_cast<std::size_t>(std::exp(
        std::uniform_real_distribution<double>(std::log(64.0), std::log(262144.0))(random_)));
  }
  std::size_t payload() const {
    std::size_t sum = 0;
    for (const Extent& extent : extents_) sum += extent.bytes;
    return sum;
  }
  bool overlaps() const {
    std::vector<bool> taken(kData / kLineBytes);
    for (const Extent& extent : extents_) {
      for (std::size_t at = 0; at < SlabAllocator::rounded(extent.bytes); at += kLineBytes) {
        if (taken[(extent.offset + at) / kLineBytes]) return true;
        taken[(extent.offset + at) / kLineBytes] = true;
      }
    }
    return false;
  }

  Segment segment_{SlabAllocator::bytes_for(kData) + 65536, kData};
  SlabAllocator slabs_{segment_, kData};
  std::vector<Extent> extents_;
  std::mt19937 random_{7};  // NOLINT: the same sizes in every run
};

TEST_F(Slab, EveryExtentStartsAtAMultipleOf64) {
  for (std::size_t bytes = 1; bytes < 40'000; bytes += 331) ASSERT_TRUE(take(bytes));

  for (const Extent& extent : extents_) EXPECT_EQ(extent.offset % kLineBytes, 0U) << extent.bytes;
  EXPECT_FALSE(overlaps());
}

TEST_F(Slab, RoundingWastesAtMostAQuarterAbove256Bytes) {
  for (std::size_t bytes = 256; bytes < 300'000; bytes += 17) {
    EXPECT_GE(SlabAllocator::rounded(bytes), bytes);
    EXPECT_LE(static_cast<double>(SlabAllocator::rounded(bytes)), static_cast<double>(bytes) * 1.34)
        << bytes;
  }
}

TEST_F(Slab, LogUniformSizesFillNineTenthsOfTheData) {
  while (take(some_size())) {
  }

  EXPECT_GE(static_cast<double>(payload()), 0.90 * kData);
  EXPECT_FALSE(overlaps());
  EXPECT_EQ(slabs_.check(), "");
}

TEST_F(Slab, BytesTakenAreTheExtentsThatWereMarked) {
  for (int step = 0; step < 20'000; ++step) {
    if (!take(some_size()) || step % 3 == 0) give_back(random_() % extents_.size());
  }
  std::size_t expected = 0;
  for (const Extent& extent : extents_) expected += SlabAllocator::rounded(extent.bytes);

  EXPECT_EQ(slabs_.taken_bytes(), expected);
  EXPECT_FALSE(overlaps());
  EXPECT_EQ(slabs_.check(), "");
}

TEST_F(Slab, GivingAllBackLeavesRoomForOneExtentOfEverything) {
  while (take(some_size())) {
  }
  while (!extents_.empty()) give_back(extents_.size() / 2);

  EXPECT_EQ(slabs_.taken_bytes(), 0U);
  EXPECT_TRUE(take(kData));
}

TEST_F(Slab, MarkingTheSameExtentsAnewGivesTheSameState) {
  for (int step = 0; step < 5'000; ++step) {
    if (!take(some_size()) || step % 2 == 0) give_back(random_() % extents_.size());
  }
  const std::size_t taken = slabs_.taken_bytes();

  slabs_.reset();
  for (const Extent& extent : extents_) slabs_.mark(extent.offset, extent.bytes);

  EXPECT_EQ(slabs_.taken_bytes(), taken);
  EXPECT_EQ(slabs_.check(), "");
}

TEST_F(Slab, AnExtentLargerThanTheDataIsRefused) {
  EXPECT_FALSE(slabs_.find(kData + 1).has_value());
}

}  // namespace
}  // namespace ekiden::shared
