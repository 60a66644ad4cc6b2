// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
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

/// A cache that thousands of small values have filled and left, some of them several times.
class LargeAmongSmall : public ::testing::TestWithParam<int> {
 protected:
  static constexpr std::size_t kData = 16U << 20;
  /// Of the data; a fourth is where other caches would begin to keep a value elsewhere.
  static std::size_t large() { return kData * static_cast<std::size_t>(GetParam()) / 100; }

  void SetUp() override {
    cache_.attach(0);
    churn(3 * kData);
  }
  void churn(std::size_t total) {
    for (std::size_t stored = 0; stored < total;) {
      const std::size_t size = 64 + random_() % 20'000;
      ++number_;
      ASSERT_TRUE(cache_.store(small(number_), bytes(pattern(size, number_))));
      stored += size;
    }
  }
  static std::string small(std::uint64_t number) { return "small " + std::to_string(number); }
  /// Small values, wherever they lie.
  std::map<std::uint64_t, Pin> pinned(std::size_t count) {
    std::map<std::uint64_t, Pin> pins;
    while (pins.size() < count) {
      const std::uint64_t number = random_() % number_ + 1;
      if (auto pin = cache_.find(small(number))) pins.insert_or_assign(number, std::move(*pin));
    }
    return pins;
  }
  Pin compute_large(std::uint64_t key) {
    return cache_.get_or_compute("large " + std::to_string(key), {}, [&](ValueWriter& writer) {
      fill_pattern(writer.reserve(large()), key, 1);
    });
  }

  MemoCache cache_{{.data_bytes = kData}};
  std::minstd_rand random_{1};
  std::uint64_t number_ = 0;
};

INSTANTIATE_TEST_SUITE_P(PercentOfTheCache, LargeAmongSmall, ::testing::Values(26, 60, 95));

TEST_P(LargeAmongSmall, IsPlacedAgainAndAgain) {
  for (std::uint64_t key = 0; key < 20; ++key) {
    EXPECT_TRUE(whole_pattern(compute_large(key).bytes(), key));
    EXPECT_TRUE(cache_.find("large " + std::to_string(key)));
    churn(kData / 4);
  }
  EXPECT_EQ(cache_.counters().uncached, 0U);
  EXPECT_EQ(cache_.check_invariants(), "");
}

TEST_P(LargeAmongSmall, MovesNothingThatIsPinned) {
  const auto pins = pinned(GetParam() == 26 ? 3 : 1);
  const Pin first = compute_large(1);

  EXPECT_TRUE(whole_pattern(first.bytes(), 1));
  for (const auto& [number, pin] : pins) {
    EXPECT_TRUE(whole_pattern(pin.bytes(), number));
    EXPECT_TRUE(cache_.find(small(number))) << "what is pinned is not evicted";
  }
  EXPECT_EQ(cache_.check_invariants(), "");
}

TEST_P(LargeAmongSmall, IsGivenOutUncachedAndCountedIfPinsLeaveNoRoom) {
  const auto pins = pinned(100);

  EXPECT_TRUE(whole_pattern(compute_large(1).bytes(), 1));

  EXPECT_FALSE(cache_.find("large 1"));
  EXPECT_EQ(cache_.counters().uncached, 1U);
  for (const auto& [number, pin] : pins) EXPECT_TRUE(whole_pattern(pin.bytes(), number));
  EXPECT_FALSE(cache_.store("large 2", bytes(pattern(large(), 2))));
  EXPECT_EQ(cache_.check_invariants(), "");
}

TEST_P(LargeAmongSmall, WaitsForPinsThatGoSoon) {
  auto pins = pinned(100);
  const std::uint64_t evictions = cache_.counters().evictions;
  std::thread readers([&] {
    // Room is being made: what nobody pins has gone.
    eventually([&] { return cache_.counters().evictions > evictions; });
    pins.clear();
  });

  EXPECT_TRUE(whole_pattern(compute_large(1).bytes(), 1));

  readers.join();
  EXPECT_TRUE(cache_.find("large 1"));
  EXPECT_EQ(cache_.counters().uncached, 0U);
  EXPECT_EQ(cache_.check_invariants(), "");
}

TEST(LargeValue, ThatIsLargerThanTheCacheIsNotWaitedFor) {
  MemoCache cache({.data_bytes = 1U << 20});
  cache.attach(0);
  const std::string value = pattern(2U << 20, 1);

  const Pin pin = cache.get_or_compute("large", {}, computes(value));

  EXPECT_TRUE(whole_pattern(pin.bytes(), 1));
  EXPECT_EQ(cache.counters().uncached, 1U);
  EXPECT_EQ(cache.counters().evictions, 0U);
}

}  // namespace
}  // namespace ekiden::shared
