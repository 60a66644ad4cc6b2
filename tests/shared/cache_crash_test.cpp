// SPDX-License-Identifier: MIT
// What is left of the cache when a worker is killed or stopped at a chosen place.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "shared/memo_cache.hpp"
#include "tests/shared/cache_values.hpp"
#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

/// A clock that, at a process's second look, sends that process a signal. get_or_compute() of an
/// expired value looks a first time as a reader, and a second time as a writer, inside the lock.
struct Trap {
  std::atomic<std::uint64_t> now;
  std::atomic<pid_t> victim;
  std::atomic<int> looks, signal;
};

Trap& trap() {
  static SharedObject<Trap> shared;
  return *shared;
}

std::uint64_t trapped_clock() {
  if (trap().victim == getpid() && ++trap().looks == 2) {
    trap().victim = 0;
    raise(trap().signal);
  }
  return trap().now;
}

class CacheCrashTest : public ::testing::Test {
 protected:
  void SetUp() override {
    trap().now = 1'000'000'000;
    cache_.attach(0);
    for (std::uint64_t key = 0; key < kKeys; ++key) {
      ASSERT_TRUE(cache_.store(std::to_string(key), bytes(pattern(800 + key * 8, key))));
    }
    cache_.store("expired", bytes("old"), {.timeout = std::chrono::nanoseconds(1)});
    trap().now += 10;
  }
  void TearDown() override { EXPECT_EQ(cache_.check_invariants(), ""); }

  /// A worker in slot 1 that gets `signal` while it holds the writer lock.
  Child start_victim(int signal) {
    trap().looks = 0;
    trap().signal = signal;
    return Child([this] {
      cache_.attach(1);
      trap().victim = getpid();
      cache_.get_or_compute("expired", {}, computes("new"));
      return 0;
    });
  }
  bool all_found() {
    for (std::uint64_t key = 0; key < kKeys; ++key) {
      const auto pin = cache_.find(std::to_string(key));
      if (!pin || !whole_pattern(pin->bytes(), key)) return false;
    }
    return true;
  }

  static constexpr std::uint64_t kKeys = 300;
  MemoCache cache_{{.data_bytes = 8U << 20, .now = trapped_clock}};
};

TEST_F(CacheCrashTest, ReadersAndWritersGoOnAfterAWorkerIsKilledInsideTheLock) {
  Child victim = start_victim(SIGKILL);
  victim.wait();

  EXPECT_TRUE(all_found());
  EXPECT_TRUE(cache_.store("another", bytes("value")));
  EXPECT_EQ(cache_.counters().rebuilds, 1U);
  EXPECT_TRUE(all_found());
  EXPECT_TRUE(cache_.reap(1));
  EXPECT_EQ(text(cache_.get_or_compute("expired", {}, computes("new"))), "new");
}

TEST_F(CacheCrashTest, ReadersGoOnWhileAWriterIsStoppedInsideTheLock) {
  Child victim = start_victim(SIGSTOP);
  ASSERT_TRUE(victim.stopped());

  EXPECT_FALSE(cache_.reap(7)) << "the lock is held, so that the master is not";
  EXPECT_TRUE(all_found());

  victim.signal(SIGCONT);
  EXPECT_EQ(victim.exit_code_within(30), 0);
  EXPECT_TRUE(cache_.reap(1));
  EXPECT_EQ(cache_.counters().rebuilds, 0U);
}

TEST_F(CacheCrashTest, AWriterThatIsStoppedInsideTheLockDoesNotStopTheMaster) {
  Child victim = start_victim(SIGSTOP);
  ASSERT_TRUE(victim.stopped());

  Child master([this] {  // not attached
    EXPECT_THROW(cache_.list("", 10), std::runtime_error);
    EXPECT_THROW(cache_.clear(), std::runtime_error);
    cache_.invalidate("tag");
    return cache_.counters().entries == kKeys + 1 && !HasFailure() ? 0 : 1;
  });

  EXPECT_EQ(master.exit_code_within(30), 0);
  EXPECT_TRUE(all_found());
  victim.signal(SIGCONT);
  EXPECT_EQ(victim.exit_code_within(30), 0);
}

TEST_F(CacheCrashTest, AStoppedWriterThatIsKilledIsReapedAtTheNextCall) {
  Child victim = start_victim(SIGSTOP);
  ASSERT_TRUE(victim.stopped());
  ASSERT_FALSE(cache_.reap(7));

  victim.kill_and_wait();

  EXPECT_TRUE(cache_.reap(1));
  EXPECT_EQ(cache_.counters().rebuilds, 1U);
  EXPECT_TRUE(all_found());
}

TEST_F(CacheCrashTest, WhatAKilledWorkerPinnedIsFreedWhenItIsReaped) {
  cache_.clear();
  cache_.store("key", bytes(pattern(1'000'000, 1)));
  Child reader([this] {
    cache_.attach(1);
    const auto pin = cache_.find("key");
    return raise(SIGSTOP);
  });
  ASSERT_TRUE(reader.stopped());
  cache_.erase("key");
  ASSERT_EQ(cache_.check_invariants(), "");
  EXPECT_GT(cache_.counters().payload_bytes, 1'000'000U) << "still pinned";

  reader.kill_and_wait();
  EXPECT_TRUE(cache_.reap(1));

  EXPECT_EQ(cache_.counters().payload_bytes, 0U);
}

TEST_F(CacheCrashTest, AnUnfinishedResultIsFreedWhenItsWorkerIsReaped) {
  cache_.clear();
  Child writer([this] {
    cache_.attach(1);
    cache_.get_or_compute("key", {}, [](ValueWriter& result) {
      fill_pattern(result.reserve(2'000'000), 1, 1);
      raise(SIGKILL);
    });
    return 0;
  });
  writer.wait();
  EXPECT_GT(cache_.counters().payload_bytes, 2'000'000U);
  EXPECT_FALSE(cache_.find("key").has_value());

  EXPECT_TRUE(cache_.reap(1));

  EXPECT_EQ(cache_.counters().payload_bytes, 0U);
}

TEST_F(CacheCrashTest, NoKillLosesAPublishedValue) {
  for (int death = 0; death < 20; ++death) {
    Child writer([&] {
      cache_.attach(1);
      for (int turn = 0;; ++turn) {
        const std::string key = "other " + std::to_string(turn % 10);
        cache_.store(key, bytes(pattern(static_cast<std::size_t>(turn % 900) * 8 + 24, 1)));
        cache_.erase(key);
        if (turn == 50 + death) kill(getpid(), SIGKILL);
      }
      return 0;
    });
    writer.wait();
    ASSERT_TRUE(cache_.reap(1));
    ASSERT_TRUE(all_found());
  }
  EXPECT_EQ(cache_.counters().evictions, 0U);
}

TEST_F(CacheCrashTest, ASlotIsAsGoodAsNewAfterItsWorkerIsReaped) {
  for (int life = 0; life < 10; ++life) {
    Child worker([&] {
      cache_.attach(1);
      std::vector<Pin> pins;
      for (std::uint64_t key = 0; key < 200; ++key) {
        pins.push_back(cache_.find(std::to_string(key)).value());
      }
      return raise(SIGKILL);
    });
    worker.wait();
    ASSERT_TRUE(cache_.reap(1));
  }
  cache_.clear();
  ASSERT_EQ(cache_.check_invariants(), "");
  EXPECT_EQ(cache_.counters().payload_bytes, 0U);
}

}  // namespace
}  // namespace ekiden::shared
