// SPDX-License-Identifier: MIT
// How values end other than by expiry: voided by name, gone stale, replaced under conditions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "shared/memo_cache.hpp"
#include "tests/shared/cache_values.hpp"
#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

using std::chrono::seconds;

std::atomic<std::uint64_t> test_time{1'000'000'000};

class ValueLife : public ::testing::Test {
 protected:
  void SetUp() override { cache_.attach(0); }
  void TearDown() override { EXPECT_EQ(cache_.check_invariants(), ""); }
  static void pass(seconds time) {
    test_time += static_cast<std::uint64_t>(time.count()) * 1'000'000'000U;
  }
  StoreOptions named(const std::string& function, const std::vector<std::string>& tags = {}) {
    return {.names = cache_.names(function, tags), .function = cache_.function(function)};
  }
  std::string computed(std::string_view key, const StoreOptions& options, std::string value) {
    return text(cache_.get_or_compute(key, options, computes(std::move(value))));
  }

  bool stored_if(std::string_view key, std::optional<std::span<const std::byte>> expected,
                 std::span<const std::byte> value, const StoreOptions& options = {}) {
    return cache_.store_if(key, expected, value, options) == MemoCache::StoredIf::stored;
  }

  MemoCache cache_{{.data_bytes = 8U << 20, .now = [] { return test_time.load(); }}};
};

TEST_F(ValueLife, InvalidatingAFunctionVoidsAllItsValuesAndNoOthers) {
  for (int key = 0; key < 100; ++key) {
    computed("f" + std::to_string(key), named("f"), "old");
    computed("g" + std::to_string(key), named("g"), "old");
  }

  cache_.invalidate("f");

  for (int key = 0; key < 100; ++key) {
    EXPECT_FALSE(cache_.find("f" + std::to_string(key)).has_value());
    EXPECT_EQ(computed("g" + std::to_string(key), named("g"), "new"), "old");
    EXPECT_EQ(computed("f" + std::to_string(key), named("f"), "new"), "new");
  }
}

TEST_F(ValueLife, InvalidatingATagVoidsTheValuesThatBearIt) {
  computed("both", named("f", {"prices", "stock"}), "old");
  computed("one", named("f", {"stock"}), "old");
  cache_.store("direct", bytes("old"), named("", {"prices"}));

  cache_.invalidate("prices");

  EXPECT_FALSE(cache_.find("both").has_value());
  EXPECT_TRUE(cache_.find("one").has_value());
  EXPECT_FALSE(cache_.find("direct").has_value());
}

TEST_F(ValueLife, AValueVoidedWhileItIsComputedIsItsCallersOnly) {
  const Pin pin = cache_.get_or_compute("key", named("f"), [&](ValueWriter& writer) {
    cache_.invalidate("f");
    computes("from before")(writer);
  });

  EXPECT_EQ(text(pin), "from before");
  EXPECT_FALSE(cache_.find("key").has_value());
  EXPECT_EQ(computed("key", named("f"), "from after"), "from after");
}

TEST_F(ValueLife, OneCallerIsToRefreshAStaleValueAndAllGetItMeanwhile) {
  const StoreOptions options{.timeout = seconds(10), .stale_while_revalidate = seconds(60)};
  cache_.get_or_compute("key", options, computes("old"));
  EXPECT_FALSE(cache_.find("key")->wants_refresh());
  pass(seconds(11));

  int asked = 0;
  for (int call = 0; call < 5; ++call) {
    const Pin pin = cache_.get_or_compute("key", options, computes("new"));
    EXPECT_EQ(text(pin), "old");
    asked += pin.wants_refresh() ? 1 : 0;
  }
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(text(cache_.refresh("key", options, computes("new"))), "new");

  EXPECT_EQ(text(*cache_.find("key")), "new");
  EXPECT_FALSE(cache_.find("key")->wants_refresh());
  EXPECT_EQ(cache_.counters().stale, 5U);
  EXPECT_EQ(cache_.counters().refreshes, 1U);
}

TEST_F(ValueLife, ARefreshThatNobodyDidIsAskedOfAnother) {
  const StoreOptions options{.timeout = seconds(10), .stale_while_revalidate = seconds(600)};
  cache_.get_or_compute("key", options, computes("old"));
  pass(seconds(11));

  EXPECT_TRUE(cache_.find("key")->wants_refresh());
  EXPECT_FALSE(cache_.find("key")->wants_refresh());
  pass(seconds(30));
  EXPECT_TRUE(cache_.find("key")->wants_refresh());
}

TEST_F(ValueLife, AStaleValueEndsForGoodAfterItsGrace) {
  const StoreOptions options{.timeout = seconds(10), .stale_while_revalidate = seconds(60)};
  cache_.get_or_compute("key", options, computes("old"));
  pass(seconds(71));

  EXPECT_FALSE(cache_.find("key").has_value());
  EXPECT_EQ(computed("key", options, "new"), "new");
}

TEST_F(ValueLife, AFailedRefreshLeavesWhatIsThere) {
  cache_.store("key", bytes("old"));

  EXPECT_THROW(
      cache_.refresh("key", {}, [](ValueWriter&) { throw std::runtime_error("no source"); }),
      std::runtime_error);

  EXPECT_EQ(text(*cache_.find("key")), "old");
}

TEST_F(ValueLife, AnErasureVoidsARefreshThatIsUnderWay) {
  const auto refreshed = [&](const std::function<void()>& meanwhile) {
    cache_.store("key", bytes("old"));
    return text(cache_.refresh("key", {}, [&](ValueWriter& writer) {
      meanwhile();
      computes("from old data")(writer);
    }));
  };

  EXPECT_EQ(refreshed([&] { cache_.erase("key"); }), "from old data");
  EXPECT_FALSE(cache_.find("key"));
  EXPECT_EQ(refreshed([&] { cache_.clear(); }), "from old data");
  EXPECT_FALSE(cache_.find("key"));
  refreshed([&] { cache_.erase("another key"); });
  EXPECT_EQ(text(*cache_.find("key")), "from old data");
}

TEST_F(ValueLife, ADearValueIsRefreshedBeforeItExpires) {
  const StoreOptions options{.timeout = seconds(10), .early_recompute = 1e6};
  cache_.get_or_compute("key", options, computes("old"));
  pass(seconds(9));

  int asked = 0;
  for (int call = 0; call < 200; ++call) {
    asked += cache_.get_or_compute("key", options, computes("new")).wants_refresh() ? 1 : 0;
  }
  EXPECT_EQ(asked, 1) << "a million times its cost is more than the second that is left";
}

TEST_F(ValueLife, AResultThatIsNotToBeKeptIsComputedByEachCaller) {
  int calls = 0;
  const auto once = [&](ValueWriter& writer) {
    ++calls;
    computes("value")(writer);
    writer.expire_in(seconds(0));
  };

  EXPECT_EQ(text(cache_.get_or_compute("key", {}, once)), "value");
  EXPECT_EQ(text(cache_.get_or_compute("key", {}, once)), "value");
  EXPECT_EQ(text(cache_.refresh("key", {}, once)), "value");

  EXPECT_EQ(calls, 3);
  EXPECT_FALSE(cache_.find("key").has_value());
}

TEST_F(ValueLife, AResultMaySayHowLongItLives) {
  cache_.get_or_compute("key", {.timeout = seconds(100)}, [](ValueWriter& writer) {
    computes("value")(writer);
    writer.expire_in(seconds(5));
  });

  pass(seconds(4));
  EXPECT_TRUE(cache_.find("key").has_value());
  pass(seconds(1));
  EXPECT_FALSE(cache_.find("key").has_value());
}

TEST_F(ValueLife, TouchingAValueGivesItAnotherLife) {
  cache_.store("key", bytes("value"), {.timeout = seconds(10)});

  EXPECT_TRUE(cache_.touch("key", seconds(100)));
  EXPECT_FALSE(cache_.touch("nothing", seconds(100)));

  pass(seconds(99));
  EXPECT_TRUE(cache_.find("key").has_value());
  pass(seconds(1));
  EXPECT_FALSE(cache_.find("key").has_value());
}

TEST_F(ValueLife, StoreIfReplacesOnlyWhatIsExpected) {
  EXPECT_FALSE(stored_if("key", bytes("old"), bytes("new")));
  EXPECT_TRUE(stored_if("key", std::nullopt, bytes("old"), {.timeout = seconds(10)}));
  EXPECT_FALSE(stored_if("key", std::nullopt, bytes("new")));
  EXPECT_FALSE(stored_if("key", bytes("olt"), bytes("new")));
  EXPECT_EQ(text(*cache_.find("key")), "old");

  EXPECT_TRUE(stored_if("key", bytes("old"), bytes("new"), {.timeout = seconds(10)}));
  EXPECT_EQ(text(*cache_.find("key")), "new");
  pass(seconds(11));
  EXPECT_TRUE(stored_if("key", std::nullopt, bytes("newest")));
}

TEST_F(ValueLife, NoIncrementByStoreIfIsLost) {
  cache_.store("count", bytes("0"));
  const auto count_up = [&] {
    for (int done = 0; done < 500;) {
      const Pin pin = *cache_.find("count");
      const std::string next = std::to_string(std::stoi(text(pin)) + 1);
      done += stored_if("count", pin.bytes(), bytes(next)) ? 1 : 0;
    }
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) threads.emplace_back(count_up);
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(text(*cache_.find("count")), "2000");
}

TEST_F(ValueLife, StatisticsAreKeptForEachFunction) {
  const StoreOptions f = named("f");
  for (int call = 0; call < 5; ++call) computed("key", f, "value");
  computed("other", named("g"), "four");

  const auto totals = cache_.statistics();

  ASSERT_EQ(totals.size(), 3U);
  EXPECT_EQ(totals[1].name, "f");
  EXPECT_EQ(totals[1].hits, 4U);
  EXPECT_EQ(totals[1].misses, 1U);
  EXPECT_EQ(totals[1].computations, 1U);
  EXPECT_EQ(totals[1].bytes, 5U);
  EXPECT_EQ(totals[2].name, "g");
  EXPECT_EQ(cache_.function("f"), f.function) << "a name keeps its number";
}

TEST_F(ValueLife, TheFunctionsBeyondTheTableShareOneRow) {
  for (int number = 0; number < 100; ++number) cache_.function("f" + std::to_string(number));

  EXPECT_EQ(cache_.function("one too many"), 0U);
  EXPECT_EQ(cache_.statistics().size(), FunctionStatistics::kFunctions);
}

TEST_F(ValueLife, ListShowsWhatIsCurrent) {
  cache_.store("a1", bytes("first value"), {.timeout = seconds(10)});
  cache_.store("a2", bytes("second"));
  cache_.store("b", bytes("other"));
  cache_.store("a3", bytes("void"), named("f"));
  cache_.invalidate("f");
  pass(seconds(4));

  const auto listed = cache_.list("a", 10, 5);

  ASSERT_EQ(listed.size(), 2U);
  const EntryInfo& first = listed[0].key == "a1" ? listed[0] : listed[1];
  EXPECT_EQ(first.key, "a1");
  EXPECT_EQ(first.value_bytes, 11U);
  EXPECT_EQ(first.head, "first");
  EXPECT_EQ(first.age, seconds(4));
  EXPECT_EQ(first.expires_in, seconds(6));
  EXPECT_EQ(cache_.list("", 2, 0).size(), 2U) << "no more than asked for";
}

TEST_F(ValueLife, AWatcherIsWokenByANotification) {
  const std::uint32_t seen = cache_.watch("lock");
  std::thread notifier([&] { cache_.notify("lock"); });

  while (cache_.watch("lock") == seen) cache_.wait("lock", seen, std::chrono::milliseconds(10'000));

  notifier.join();
  EXPECT_NE(cache_.watch("lock"), seen);
}

/// The share of hits where few keys are asked for often and the others once.
double hits_with_scan(MemoCache& cache) {
  int hits = 0;
  int looks = 0;
  std::uint64_t random = 88172645463325252ULL;
  for (int round = 0; round < 20'000; ++round) {
    random ^= random << 13U;
    random ^= random >> 7U;
    random ^= random << 17U;
    const bool hot = random % 3 != 0;
    const std::string key =
        hot ? "hot " + std::to_string(random % 40) : "once " + std::to_string(round);
    const bool found = cache.find(key).has_value();
    if (!found) cache.store(key, bytes(pattern(40'000, 1)));
    if (hot) ++looks, hits += found ? 1 : 0;
  }
  return static_cast<double>(hits) / looks;
}

TEST_F(ValueLife, WhatIsAskedForOnceDoesNotDisplaceWhatIsAskedForOften) {
  EXPECT_GT(hits_with_scan(cache_), 0.95);  // 40 hot values are a fifth of what fits
}

TEST_F(ValueLife, WhatIsDearToComputeOutlivesWhatIsCheap) {
  const auto costs = [](std::chrono::milliseconds time) {
    return [time](ValueWriter& writer) {
      const std::uint64_t end = monotonic_ns() + static_cast<std::uint64_t>(time.count()) * 1000000;
      while (monotonic_ns() < end) {
      }
      writer.reserve(40'000);
    };
  };
  for (int key = 0; key < 20; ++key) {
    cache_.get_or_compute("dear " + std::to_string(key), {}, costs(std::chrono::milliseconds(20)));
    cache_.get_or_compute("cheap " + std::to_string(key), {}, costs(std::chrono::milliseconds(0)));
  }
  for (int key = 0; key < 250; ++key) {
    cache_.get_or_compute("more " + std::to_string(key), {}, costs(std::chrono::milliseconds(0)));
  }

  int dear = 0;
  int cheap = 0;
  for (int key = 0; key < 20; ++key) {
    dear += cache_.find("dear " + std::to_string(key)).has_value() ? 1 : 0;
    cheap += cache_.find("cheap " + std::to_string(key)).has_value() ? 1 : 0;
  }
  EXPECT_GT(dear, cheap + 10);
}

}  // namespace
}  // namespace ekiden::shared
