// SPDX-License-Identifier: MIT
// Workers under full load are killed at random moments, some hundred times. The number is
// EKIDEN_KILLS, 500 unless set.
#include "shared/futex.hpp"
#include "shared/memo_cache.hpp"
#include "tests/shared/cache_values.hpp"
#include "tests/shared/processes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ekiden::shared {
namespace {

constexpr std::uint32_t kWorkers = 6;
constexpr std::uint32_t kThreads = 2;
constexpr std::uint64_t kKeys = 3000;

struct Board {
  std::atomic<std::uint64_t> corrupt, refused;
  std::atomic<std::uint32_t> operations;  ///< futex word
};

/// 64 bytes to 2 KB; each 7th key up to 30 KB, each 50th up to 600 KB. All together exceed the
/// cache several times.
std::size_t size_of(std::uint64_t key, std::uint64_t seed) {
  const std::uint64_t most = key % 50 == 0 ? 600'000 : key % 7 == 0 ? 30'000 : 2'000;
  return 64 + (seed * 0x9e3779b97f4a7c15ULL >> 20U) % most / 8 * 8;
}

/// One thread of a worker: finds, stores, erases and computes without end.
class Load {
 public:
  Load(MemoCache& cache, Board& board, std::uint64_t seed)
      : cache_(cache), board_(board), random_(seed) {}

  [[noreturn]] void run() {
    for (;;) {
      const std::uint64_t key = random_() % kKeys;
      const std::uint64_t action = random_() % 100;
      if (action < 60) {
        if (auto pin = cache_.find(name(key))) keep(std::move(*pin), key);
      } else if (action < 75) {
        store(key);
      } else if (action < 95) {
        compute(key, action % 4 == 0);
      } else if (action < 99) {
        cache_.erase(name(key));
      } else if (random_() % 50 == 0) {
        cache_.clear();
      }
      if (board_.operations.fetch_add(1) % 64 == 0) futex_wake_all(board_.operations);
    }
  }

 private:
  struct Held {
    Pin pin;
    std::uint64_t key = 0;
  };
  static std::string name(std::uint64_t key) { return "storm key " + std::to_string(key); }

  void check(const Pin& pin, std::uint64_t key) {
    if (!whole_pattern(pin.bytes(), key)) ++board_.corrupt;
  }
  /// Holds the pin for a while, and looks at the value again before it lets go.
  void keep(Pin pin, std::uint64_t key) {
    check(pin, key);
    Held& held = held_[random_() % held_.size()];
    if (!held.pin.bytes().empty()) check(held.pin, held.key);
    held = {std::move(pin), key};
  }
  void store(std::uint64_t key) {
    const std::uint64_t seed = random_();
    const std::string value = pattern(size_of(key, seed), key, seed);
    StoreOptions options;
    if (seed % 4 == 0) options.timeout = std::chrono::milliseconds(20);
    if (!cache_.store(name(key), bytes(value), options)) ++board_.refused;
  }
  void compute(std::uint64_t key, bool nested) {
    const std::uint64_t seed = random_();
    try {
      keep(cache_.get_or_compute(name(key), {},
                                 [&](ValueWriter& writer) {
                                   if (seed % 20 == 0) throw std::runtime_error("storm");
                                   if (nested) compute((key + seed % 5) % kKeys, false);
                                   fill_pattern(writer.reserve(size_of(key, seed)), key, seed);
                                 }),
           key);
    } catch (const std::runtime_error&) {
    }
  }

  MemoCache& cache_;
  Board& board_;
  std::mt19937_64 random_;
  std::array<Held, 8> held_;
};

class KillStorm : public ::testing::Test {
 protected:
  Child start(std::uint32_t slot) {
    const std::uint64_t seed = ++lives_ * 1000;
    return Child([this, slot, seed] {
      cache_.attach(slot);
      std::vector<std::thread> threads;
      for (std::uint32_t number = 0; number < kThreads; ++number) {
        threads.emplace_back([this, seed, number] { Load(cache_, *board_, seed + number).run(); });
      }
      return pause();
    });
  }
  /// False if the workers do not do `more` operations: somebody is stuck.
  bool progress(std::uint32_t more) {
    const std::uint32_t start = board_->operations;
    const std::uint64_t deadline = monotonic_ns() + 60'000'000'000ULL;
    while (board_->operations - start < more) {
      if (monotonic_ns() > deadline) return false;
      futex_wait(board_->operations, board_->operations, std::chrono::milliseconds(1));
    }
    return true;
  }
  bool reap(std::uint32_t slot) {
    return eventually([&] { return cache_.reap(slot); });
  }

  MemoCache cache_{{.data_bytes = 12U << 20}};
  SharedObject<Board> board_;
  std::uint64_t lives_ = 0;
};

TEST_F(KillStorm, NoValueIsCorruptAndNobodyIsStuck) {
  const long kills = setting("EKIDEN_KILLS", kSanitized ? 100 : 500);
  std::minstd_rand random(11);  // NOLINT: the order of the victims; the moments are chance anyway
  std::vector<Child> workers;
  for (std::uint32_t slot = 1; slot <= kWorkers; ++slot) workers.push_back(start(slot));

  for (long death = 0; death < kills; ++death) {
    ASSERT_TRUE(progress(static_cast<std::uint32_t>(1 + random() % 200)))
        << "after " << death << " kills";
    const auto victim = static_cast<std::uint32_t>(random() % kWorkers);
    workers[victim].kill_and_wait();
    ASSERT_TRUE(reap(victim + 1)) << "after " << death << " kills";
    workers[victim] = start(victim + 1);
  }
  workers.clear();
  for (std::uint32_t slot = 1; slot <= kWorkers; ++slot) ASSERT_TRUE(reap(slot));

  EXPECT_EQ(board_->corrupt, 0U);
  EXPECT_EQ(cache_.check_invariants(), "");
  const CacheCounters counters = cache_.counters();
  EXPECT_GT(counters.evictions, 0U) << "the load did not exceed the cache";
  EXPECT_GT(counters.hits, 0U);
  for (const auto& [what, count] : {std::pair{"operations", std::uint64_t{board_->operations}},
                                    {"hits", counters.hits},
                                    {"evictions", counters.evictions},
                                    {"rebuilds", counters.rebuilds},
                                    {"take_overs", counters.take_overs},
                                    {"uncached", counters.uncached},
                                    {"refused", board_->refused.load()}}) {
    RecordProperty(what, std::to_string(count));
  }
}

}  // namespace
}  // namespace ekiden::shared
