// SPDX-License-Identifier: MIT
#include "shared/memo_cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/shared/cache_values.hpp"
#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

using std::chrono::seconds;

std::atomic<std::uint64_t> test_time{1'000'000'000};

class MemoCacheTest : public ::testing::Test {
 protected:
  void SetUp() override { cache_.attach(0); }
  void TearDown() override { EXPECT_EQ(cache_.check_invariants(), ""); }
  static void pass(seconds time) {
    test_time += static_cast<std::uint64_t>(time.count()) * 1'000'000'000U;
  }
  /// Stores more than the cache holds.
  void press() {
    for (std::uint64_t key = 0; key < 300; ++key) {
      ASSERT_TRUE(cache_.store("press " + std::to_string(key), bytes(pattern(100'000, key))));
    }
  }

  MemoCache cache_{{.data_bytes = 8U << 20, .now = [] { return test_time.load(); }}};
};

/// As the next image of the master maps it: elsewhere, by the descriptor.
TEST_F(MemoCacheTest, AnotherMappingHasAllThatIsInIt) {
  const MemoCache::Limits limits{.data_bytes = 8U << 20, .now = [] { return test_time.load(); }};
  ASSERT_TRUE(cache_.store("key", bytes("value"), {.names = cache_.names("f", {})}));
  MemoCache other(limits, dup(cache_.descriptor()));
  other.attach(1);

  EXPECT_NE(other.readable_bytes().data(), cache_.readable_bytes().data());
  EXPECT_EQ(text(other.find("key").value()), "value");
  ASSERT_TRUE(other.store("key", bytes("another")));
  EXPECT_EQ(text(cache_.find("key").value()), "another");
  other.invalidate("f");
  EXPECT_EQ(other.check_invariants(), "");
  EXPECT_EQ(other.counters().entries, cache_.counters().entries);
}

TEST_F(MemoCacheTest, AnIdentityIsOfOneValueForAllTime) {
  ASSERT_TRUE(cache_.store("key", bytes("value")));
  const auto first = cache_.identity(*cache_.find("key"));
  EXPECT_TRUE(first);
  EXPECT_EQ(cache_.identity(*cache_.find("key")), first);

  for (int i = 0; i < 100; ++i) {  // few entries are used, again and again
    cache_.erase("key");
    ASSERT_TRUE(cache_.store("key", bytes("value")));
    EXPECT_NE(cache_.identity(*cache_.find("key")), first);
  }
  ASSERT_TRUE(cache_.store("key", bytes("value")));
  EXPECT_NE(cache_.identity(*cache_.find("key")), first);
}

TEST_F(MemoCacheTest, WhatIsNotInTheSegmentHasNoIdentity) {
  const Pin large =
      cache_.get_or_compute("large", {}, [](ValueWriter& result) { result.reserve(9U << 20); });
  const MemoCache other({.data_bytes = 8U << 20});
  ASSERT_TRUE(cache_.store("key", bytes("value")));

  EXPECT_FALSE(cache_.identity(large));
  EXPECT_FALSE(cache_.identity(Pin()));
  EXPECT_FALSE(other.identity(*cache_.find("key")));
}

TEST_F(MemoCacheTest, AMappingWithOtherLimitsIsRefused) {
  EXPECT_THROW(MemoCache({.data_bytes = 4U << 20}, dup(cache_.descriptor())), std::runtime_error);
  EXPECT_THROW(MemoCache({.data_bytes = 8U << 20, .entries = 5000}, dup(cache_.descriptor())),
               std::runtime_error);
}

/// Erasures are counted for many keys together.
TEST_F(MemoCacheTest, ARefreshedValueIsKeptWhileOtherKeysAreErased) {
  ASSERT_TRUE(cache_.store("key", bytes("old")));

  cache_.refresh("key", {}, [&](ValueWriter& writer) {
    for (int i = 0; i < 200'000; ++i) cache_.erase("other " + std::to_string(i));
    const auto place = writer.reserve(3);
    std::memcpy(place.data(), "new", 3);
  });

  EXPECT_EQ(text(cache_.find("key").value()), "new");
}

TEST_F(MemoCacheTest, AStoredValueIsFoundUnderItsKeyOnly) {
  ASSERT_TRUE(cache_.store("key", bytes("value")));

  EXPECT_EQ(text(cache_.find("key").value()), "value");
  EXPECT_FALSE(cache_.find("ke").has_value());
  EXPECT_FALSE(cache_.find("key ").has_value());
}

TEST_F(MemoCacheTest, KeysAndValuesMayBeEmpty) {
  ASSERT_TRUE(cache_.store("", bytes("no key")));
  ASSERT_TRUE(cache_.store("no value", bytes("")));

  EXPECT_EQ(text(cache_.find("").value()), "no key");
  EXPECT_EQ(cache_.find("no value").value().bytes().size(), 0U);
}

TEST_F(MemoCacheTest, AValueOfAnySizeComesBackWholeAndAligned) {
  for (std::size_t size = 24; size < 3'000'000; size = size * 5 / 3 / 8 * 8 + 8) {
    ASSERT_TRUE(cache_.store("key", bytes(pattern(size, 1))));
    const Pin pin = cache_.find("key").value();
    EXPECT_EQ(pin.bytes().size(), size);
    EXPECT_TRUE(whole_pattern(pin.bytes(), 1)) << size;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pin.bytes().data()) % 64, 0U) << size;
  }
}

TEST_F(MemoCacheTest, StoringAgainReplacesTheValue) {
  cache_.store("key", bytes("old"));
  const Pin old = cache_.find("key").value();

  cache_.store("key", bytes("new"));

  EXPECT_EQ(text(cache_.find("key").value()), "new");
  EXPECT_EQ(text(old), "old");
  EXPECT_EQ(cache_.counters().entries, 1U);
}

TEST_F(MemoCacheTest, AnErasedValueIsGone) {
  cache_.store("key", bytes("value"));

  EXPECT_TRUE(cache_.erase("key"));
  EXPECT_FALSE(cache_.find("key").has_value());
  EXPECT_FALSE(cache_.erase("key"));
}

TEST_F(MemoCacheTest, ClearLeavesNothing) {
  for (int key = 0; key < 1000; ++key) cache_.store(std::to_string(key), bytes("value"));

  cache_.clear();

  for (int key = 0; key < 1000; ++key) EXPECT_FALSE(cache_.find(std::to_string(key)).has_value());
  EXPECT_EQ(cache_.counters().entries, 0U);
  EXPECT_EQ(cache_.counters().payload_bytes, 0U);
}

TEST_F(MemoCacheTest, AValueExpiresWhenItsTimeoutHasPassed) {
  cache_.store("key", bytes("value"), {.timeout = seconds(10)});

  pass(seconds(9));
  EXPECT_TRUE(cache_.find("key").has_value());
  pass(seconds(1));
  EXPECT_FALSE(cache_.find("key").has_value());
  EXPECT_FALSE(cache_.erase("key"));
}

TEST_F(MemoCacheTest, AnExpiredValueIsComputedAnew) {
  cache_.get_or_compute("key", {.timeout = seconds(10)}, computes("old"));
  pass(seconds(11));

  EXPECT_EQ(text(cache_.get_or_compute("key", {}, computes("new"))), "new");
  pass(seconds(1000));
  EXPECT_EQ(text(cache_.get_or_compute("key", {}, computes("newer"))), "new");
}

TEST_F(MemoCacheTest, APinnedValueOutlivesErasureAndEviction) {
  cache_.store("erased", bytes(pattern(100'000, 1)));
  cache_.store("evicted", bytes(pattern(100'000, 2)));
  const Pin erased = cache_.find("erased").value();
  const Pin evicted = cache_.find("evicted").value();

  cache_.erase("erased");
  press();

  EXPECT_GT(cache_.counters().evictions, 0U);
  EXPECT_TRUE(whole_pattern(erased.bytes(), 1));
  EXPECT_TRUE(whole_pattern(evicted.bytes(), 2));
  EXPECT_TRUE(cache_.find("evicted").has_value()) << "what is pinned is not evicted";
}

TEST_F(MemoCacheTest, AReleasedValueGivesItsBytesBack) {
  cache_.store("key", bytes(pattern(1'000'000, 1)));
  Pin pin = cache_.find("key").value();
  cache_.erase("key");
  ASSERT_EQ(cache_.check_invariants(), "");
  EXPECT_GT(cache_.counters().payload_bytes, 1'000'000U);

  pin = Pin();

  ASSERT_EQ(cache_.check_invariants(), "");
  EXPECT_EQ(cache_.counters().payload_bytes, 0U);
}

TEST_F(MemoCacheTest, WhatIsUsedOftenSurvivesWhatIsUsedOnce) {
  for (int key = 0; key < 20; ++key) cache_.store("hot " + std::to_string(key), bytes("value"));
  int found = 0;
  for (std::uint64_t key = 0; key < 600; ++key) {
    cache_.store("cold " + std::to_string(key), bytes(pattern(100'000, key)));
    found += cache_.find("hot " + std::to_string(key % 20)).has_value() ? 1 : 0;
  }

  EXPECT_GT(found, 590);
}

TEST_F(MemoCacheTest, ManySmallValuesGiveWayToOneLargeValue) {
  for (int key = 0; key < 20'000; ++key) cache_.store(std::to_string(key), bytes(pattern(400, 1)));

  EXPECT_TRUE(cache_.store("large", bytes(pattern(7U << 20, 9))));

  EXPECT_TRUE(whole_pattern(cache_.find("large").value().bytes(), 9));
}

TEST_F(MemoCacheTest, MoreKeysThanEntriesAreEvictedNotRefused) {
  for (int key = 0; key < 10'000; ++key) ASSERT_TRUE(cache_.store(std::to_string(key), bytes("v")));

  EXPECT_GT(cache_.counters().entries, 3000U);
  EXPECT_TRUE(cache_.find("9999").has_value());
}

TEST_F(MemoCacheTest, AValueLargerThanTheCacheIsNotStored) {
  cache_.store("small", bytes("value"));

  EXPECT_FALSE(cache_.store("large", bytes(std::string(9U << 20, 'x'))));

  EXPECT_TRUE(cache_.find("small").has_value()) << "nothing is evicted in vain";
}

TEST_F(MemoCacheTest, AResultLargerThanTheCacheIsReturnedUncached) {
  const std::string large = pattern(9U << 20, 5);

  const Pin pin = cache_.get_or_compute("key", {}, computes(large));

  EXPECT_TRUE(whole_pattern(pin.bytes(), 5));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pin.bytes().data()) % 64, 0U);
  EXPECT_EQ(cache_.counters().uncached, 1U);
  EXPECT_FALSE(cache_.find("key").has_value());
}

TEST_F(MemoCacheTest, NothingIsEvictedThatIsPinnedEvenIfAStoreIsRefused) {
  std::vector<Pin> pins;
  for (std::uint64_t key = 0; pins.size() < 7; ++key) {
    ASSERT_TRUE(cache_.store(std::to_string(key), bytes(pattern(1'000'000, key))));
    pins.push_back(cache_.find(std::to_string(key)).value());
  }

  EXPECT_FALSE(cache_.store("large", bytes(pattern(4'000'000, 99))));

  for (std::uint64_t key = 0; key < pins.size(); ++key) {
    EXPECT_TRUE(whole_pattern(pins[key].bytes(), key));
  }
}

TEST_F(MemoCacheTest, AThousandViewsOfAValueAndOfManyValuesAreAllValid) {
  for (std::uint64_t key = 0; key < 500; ++key) {
    cache_.store(std::to_string(key), bytes(pattern(800, key)));
  }
  std::vector<std::pair<std::uint64_t, Pin>> pins;
  for (std::uint64_t view = 0; view < 1500; ++view) {
    const std::uint64_t key = view < 1000 ? 7 : view - 1000;  // beyond the slots: private copies
    pins.emplace_back(key, cache_.find(std::to_string(key)).value());
  }
  cache_.clear();
  press();

  for (const auto& [key, pin] : pins) EXPECT_TRUE(whole_pattern(pin.bytes(), key));
}

TEST_F(MemoCacheTest, APinMayBeReleasedByAnotherThread) {
  cache_.store("key", bytes(pattern(1'000'000, 1)));
  for (int turn = 0; turn < 600; ++turn) {  // more often than there are slots
    Pin pin = cache_.find("key").value();
    std::thread([held = std::move(pin)] { EXPECT_TRUE(whole_pattern(held.bytes(), 1)); }).join();
  }
  cache_.erase("key");

  ASSERT_EQ(cache_.check_invariants(), "");
  EXPECT_EQ(cache_.counters().payload_bytes, 0U);
}

TEST_F(MemoCacheTest, ThreadsReadWhileOthersReplaceAndErase) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::uint64_t number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      for (std::uint64_t turn = 0; turn < 3000; ++turn) {
        const std::uint64_t key = turn * 7 % 13;
        const std::string name = std::to_string(key);
        if (number == 0) cache_.store(name, bytes(pattern(64 + turn % 5000 * 8, key, turn)));
        if (number == 1 && turn % 10 == 0) cache_.erase(name);
        const Pin pin =
            cache_.get_or_compute(name, {}, computes(pattern(64 + turn % 100 * 8, key, turn)));
        if (!whole_pattern(pin.bytes(), key)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0);
}

TEST_F(MemoCacheTest, AWriteThroughAViewFaults) {
  cache_.store("key", bytes("value"));
  Child writer([&] {
    signal(SIGSEGV, SIG_DFL);
    cache_.attach(1);
    const Pin pin = cache_.find("key").value();
    const_cast<std::byte&>(pin.bytes().front()) = std::byte{'V'};
    return 0;
  });

  EXPECT_EQ(writer.exit_code(), 1000 + SIGSEGV);
  EXPECT_EQ(text(cache_.find("key").value()), "value");
  EXPECT_TRUE(cache_.reap(1));
}

TEST_F(MemoCacheTest, AProcessThatIsNotAttachedMayListClearAndInvalidate) {
  cache_.store("tagged", bytes("value"),
               {.names = cache_.names("", std::vector<std::string>{"t"})});
  cache_.store("key", bytes("value"));
  Child master([&] {
    cache_.invalidate("t");
    const bool listed = cache_.list("", 10, 5).size() == 1;
    cache_.clear();
    return listed && cache_.counters().entries == 0 ? 0 : 1;
  });

  EXPECT_EQ(master.exit_code(), 0);
  EXPECT_FALSE(cache_.find("key").has_value());
}

TEST_F(MemoCacheTest, AForkedProcessMustAttachBeforeUse) {
  cache_.store("key", bytes("value"));
  Child child([&] {
    try {
      cache_.find("key");
    } catch (const std::logic_error&) {
      cache_.attach(1);
      return cache_.find("key").has_value() ? 0 : 1;
    }
    return 2;
  });

  EXPECT_EQ(child.exit_code(), 0);
  EXPECT_TRUE(cache_.reap(1));
}

TEST_F(MemoCacheTest, AChildThatDropsAnInheritedPinLeavesTheParentsAlone) {
  cache_.store("key", bytes(pattern(100'000, 1)));
  std::optional<Pin> pin = cache_.find("key");
  Child child([&] {
    cache_.attach(1);
    const auto own = cache_.find("key");
    pin.reset();
    cache_.erase("key");
    return whole_pattern(own->bytes(), 1) ? 0 : 1;
  });

  EXPECT_EQ(child.exit_code(), 0);
  EXPECT_TRUE(cache_.reap(1));
  press();
  EXPECT_TRUE(whole_pattern(pin->bytes(), 1));
}

TEST_F(MemoCacheTest, ASlotOfAnotherLivingProcessCannotBeAttached) {
  SharedObject<std::atomic<int>> attached;
  Child owner([&] {
    cache_.attach(1);
    *attached = 1;
    return pause();
  });
  ASSERT_TRUE(eventually([&] { return attached->load() == 1; }));
  Child intruder([&] {
    try {
      cache_.attach(1);
    } catch (const std::logic_error&) {
      return 0;
    }
    return 1;
  });

  EXPECT_EQ(intruder.exit_code(), 0);
  owner.kill_and_wait();
  EXPECT_TRUE(cache_.reap(1));
  Child next([&] {
    cache_.attach(1);
    return 0;
  });
  EXPECT_EQ(next.exit_code(), 0);
  EXPECT_TRUE(cache_.reap(1));
}

TEST_F(MemoCacheTest, CountersAddUpOverWorkers) {
  cache_.store("key", bytes("value"));
  for (std::uint32_t slot = 1; slot <= 3; ++slot) {
    Child worker([&] {
      cache_.attach(slot);
      for (int turn = 0; turn < 100; ++turn) cache_.find("key");
      cache_.find("missing");
      cache_.get_or_compute("of " + std::to_string(slot), {}, computes("x"));
      return 0;
    });
    ASSERT_EQ(worker.exit_code(), 0);
    ASSERT_TRUE(cache_.reap(slot));
  }

  const CacheCounters counters = cache_.counters();
  EXPECT_EQ(counters.hits, 300U);
  EXPECT_EQ(counters.misses, 6U);
  EXPECT_EQ(counters.computations, 3U);
  EXPECT_EQ(counters.entries, 4U);
  EXPECT_EQ(counters.data_bytes, 8U << 20);
}

/// Has `more` computations under way, one inside the other, and then calls `innermost`.
void compute_within(MemoCache& cache, int more, const std::function<void()>& innermost) {
  if (more == 0) return innermost();
  cache.get_or_compute("computed " + std::to_string(more), {}, [&](ValueWriter& writer) {
    compute_within(cache, more - 1, innermost);
    writer.reserve(8);
  });
}

// Which computations share a bucket is chance: the seed of the hash is another for each cache.
TEST(MemoCache, SaysSoWhereAValueFindsNoPlaceInTheIndexAmongComputations) {
  std::uint64_t refused = 0;
  for (int seed = 0; seed < 400 && refused == 0; ++seed) {
    MemoCache cache({.data_bytes = 1U << 20, .entries = 64});
    cache.attach(0);
    compute_within(cache, 60, [&] {
      for (int number = 0; number < 100; ++number) {
        const std::string key = "key " + std::to_string(number);
        const bool stored = number % 2 == 0 ? cache.store(key, bytes("value"))
                                            : cache.store_if(key, std::nullopt, bytes("value")) ==
                                                  MemoCache::StoredIf::stored;
        ASSERT_EQ(cache.find(key).has_value(), stored) << key;
        refused += stored ? 0 : 1;
      }
    });
  }
  EXPECT_GT(refused, 0U) << "no bucket was ever full of computations";
}

TEST(MemoCache, MoreMemoryThanThereIsIsAClearErrorAtOnce) {
  try {
    MemoCache cache({.data_bytes = std::size_t{1} << 46});
    FAIL() << "64 TiB were reserved";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("--cache-size"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("MiB of shared memory asked for"));
  }
}

/// Of the segment, in bytes.
std::size_t memory_of(const MemoCache& cache) {
  struct stat status {};
  EXPECT_EQ(fstat(cache.descriptor(), &status), 0);
  return static_cast<std::size_t>(status.st_blocks) * 512;
}

TEST(MemoCache, MemoryForValuesMayBeReservedLater) {
  constexpr std::size_t kData = 8U << 20;
  MemoCache cache({.data_bytes = kData, .reserve_at_once = false});
  EXPECT_LT(memory_of(cache), kData);

  cache.reserve();

  EXPECT_GT(memory_of(cache), kData);
  const std::size_t all = memory_of(cache);
  cache.attach(0);
  ASSERT_TRUE(cache.store("key", bytes(pattern(4U << 20, 1))));
  EXPECT_EQ(memory_of(cache), all) << "the value's memory was not there before it came";
}

long page_faults() {
  rusage used{};
  EXPECT_EQ(getrusage(RUSAGE_SELF, &used), 0);
  return used.ru_minflt;
}

// Each page that is written to costs the start of a server a microsecond, and ten in a virtual
// machine that is given it only then.
TEST(MemoCache, ANewCacheWritesToFewPagesOfItsTables) {
  if (kSanitized) GTEST_SKIP() << "what a sanitizer keeps beside memory has pages, too";
  const long before = page_faults();
  const MemoCache cache({.data_bytes = 128U << 20, .reserve_at_once = false});
  const long written = page_faults() - before;

  EXPECT_LT(written, static_cast<long>(memory_of(cache) / 4096 / 4));
}

TEST(MemoCache, AllMemoryIsReservedAtOnceUnlessToldOtherwise) {
  constexpr std::size_t kData = 8U << 20;
  const MemoCache cache({.data_bytes = kData});
  EXPECT_GT(memory_of(cache), kData);
}

}  // namespace
}  // namespace ekiden::shared
