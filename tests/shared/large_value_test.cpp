// SPDX-License-Identifier: MIT
#include "shared/memo_cache.hpp"
#include "tests/shared/cache_values.hpp"
#include "tests/shared/processes.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

namespace ekiden::shared {
namespace {

constexpr std::size_t kSize = 100'000'000;
constexpr std::uint32_t kReaders = 4;

TEST(LargeValue, IsBuiltInPlaceAndSharedByAllItsReaders) {
  MemoCache cache({.data_bytes = 128U << 20});
  cache.attach(0);
  cache.get_or_compute("frame", {},
                       [](ValueWriter& writer) { fill_pattern(writer.reserve(kSize), 1, 1); });
  SharedObject<std::atomic<std::uint32_t>> read, wrong;
  std::vector<Child> readers;
  for (std::uint32_t slot = 1; slot <= kReaders; ++slot) {
    readers.emplace_back([&, slot] {
      cache.attach(slot);
      const auto pin = cache.find("frame");
      if (!pin || !whole_pattern(pin->bytes(), 1)) ++*wrong;
      ++*read;
      return pause();
    });
  }
  ASSERT_TRUE(eventually([&] { return *read == kReaders; }, 60));

  EXPECT_EQ(*wrong, 0U);
  std::size_t total = proportional_set_size(getpid());
  for (const Child& reader : readers) total += proportional_set_size(reader.pid());
  EXPECT_GT(total, kSize) << "the value was read, so it is mapped";
  EXPECT_LT(total, 150'000'000U);
  RecordProperty("pss_mib", static_cast<int>(total >> 20U));
}

TEST(LargeValue, IsFoundAsFastAsASmallOne) {
  MemoCache cache({.data_bytes = 128U << 20});
  cache.attach(0);
  cache.get_or_compute("large", {},
                       [](ValueWriter& writer) { fill_pattern(writer.reserve(kSize), 1, 1); });
  cache.store("small", bytes(pattern(64, 2)));
  const auto best_of = [&](std::string_view key) {
    std::uint64_t best = ~0ULL;
    for (int turn = 0; turn < 1000; ++turn) {
      const std::uint64_t start = monotonic_ns(CLOCK_THREAD_CPUTIME_ID);
      for (int hit = 0; hit < 10; ++hit) EXPECT_TRUE(cache.find(key).has_value());
      best = std::min(best, monotonic_ns(CLOCK_THREAD_CPUTIME_ID) - start);
    }
    return best;
  };

  // A copy would take 10 ms, a hit takes 0.1 µs: any factor in between tells them apart.
  EXPECT_LT(best_of("large"), 20 * best_of("small"));
}

}  // namespace
}  // namespace ekiden::shared
