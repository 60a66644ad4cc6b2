// SPDX-License-Identifier: MIT
#include "shared/key_hash.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ekiden::shared {
namespace {

constexpr HashSeed kSeed{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
                         0x082efa98ec4e6c89};

TEST(KeyHash, OneKeyHasOneHash) {
  const std::string key = "global_store(\"figs\")";

  EXPECT_EQ(hash_key(key, kSeed), hash_key(std::string(key), kSeed));
}

TEST(KeyHash, AnotherSeedGivesAnotherHash) {
  HashSeed other = kSeed;
  for (std::uint64_t& word : other) {
    word ^= 1;
    EXPECT_NE(hash_key("key", kSeed), hash_key("key", other));
    word ^= 1;
  }
}

TEST(KeyHash, EveryBitOfAKeyOfAnyLengthCounts) {
  for (std::size_t length = 1; length < 70; ++length) {
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
    for (std::size_t bit = 0; bit < length * 8; ++bit) {
      std::string key(length, '\0');
      key[bit / 8] = static_cast<char>(1U << (bit % 8));
      const KeyHash hash = hash_key(key, kSeed);
      EXPECT_TRUE(seen.insert({hash.low, hash.high}).second) << length << " " << bit;
    }
  }
}

TEST(KeyHash, KeysOfZerosDifferByTheirLength) {
  std::set<std::uint64_t> seen;
  for (std::size_t length = 0; length < 100; ++length) {
    EXPECT_TRUE(seen.insert(hash_key(std::string(length, '\0'), kSeed).low).second) << length;
  }
}

TEST(KeyHash, NumberedKeysSpreadEvenlyOverBuckets) {
  std::vector<int> buckets(1024);
  for (int number = 0; number < 102'400; ++number) {
    ++buckets[hash_key("key " + std::to_string(number), kSeed).low % 1024];
  }

  // 100 expected, standard deviation 10: five of them.
  for (const int count : buckets) {
    EXPECT_GT(count, 50);
    EXPECT_LT(count, 150);
  }
}

}  // namespace
}  // namespace ekiden::shared
