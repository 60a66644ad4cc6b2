// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "shared/memo_cache.hpp"
#include "tests/shared/cache_values.hpp"
#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

constexpr std::size_t kSize = 100'000'000;
constexpr std::uint32_t kReaders = 5;

/// EKIDEN_FRAME_MB; 1000 unless set, or 256 with a sanitizer.
std::size_t frame_bytes() {
  return static_cast<std::size_t>(setting("EKIDEN_FRAME_MB", kSanitized ? 256 : 1000)) * 1'000'000;
}

struct Readings {
  std::atomic<std::uint32_t> done, wrong;
};

/// A worker that reads all of the value, and then holds on to it.
Child reader(MemoCache& cache, std::uint32_t slot, Readings& readings) {
  return Child([&cache, slot, &readings] {
    cache.attach(slot);
    const auto pin = cache.find("frame");
    if (!pin || !whole_pattern(pin->bytes(), 1)) ++readings.wrong;
    ++readings.done;
    return pause();
  });
}

TEST(LargeValue, IsBuiltInPlaceAndCostsFiveReadersATenthMoreThanItsSize) {
  const std::size_t size = frame_bytes();
  MemoCache cache({.data_bytes = size + size / 32});
  cache.attach(0);
  cache.get_or_compute("frame", {},
                       [&](ValueWriter& writer) { fill_pattern(writer.reserve(size), 1, 1); });
  ASSERT_TRUE(cache.find("frame")) << "the value was too large for the cache";
  SharedObject<Readings> readings;
  std::vector<Child> readers;
  for (std::uint32_t slot = 1; slot <= kReaders; ++slot) {
    readers.push_back(reader(cache, slot, *readings));
  }
  ASSERT_TRUE(eventually([&] { return readings->done == kReaders; }, 110));

  EXPECT_EQ(readings->wrong, 0U);
  std::size_t total = proportional_set_size(getpid());
  for (const Child& child : readers) total += proportional_set_size(child.pid());
  EXPECT_GT(total, size) << "the value was read, so it is mapped";
  EXPECT_LT(total, size + size / 10);
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
