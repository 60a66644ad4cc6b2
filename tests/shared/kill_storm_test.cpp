// SPDX-License-Identifier: MIT
// Workers under full load are killed at random moments, some hundred times. The number is
// EKIDEN_KILLS, 500 unless set.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/shared/processes.hpp"
#include "tests/shared/storm_load.hpp"

namespace ekiden::shared {
namespace {

class KillStorm : public ::testing::Test {
 protected:
  void SetUp() override {
    cache_.attach(0);
    for (std::uint32_t which = 0; which < kKept; ++which) keep(which);
    for (std::uint32_t slot = 1; slot <= kWorkers; ++slot) workers_.push_back(start(slot));
  }

  Child start(std::uint32_t slot) {
    return Child([this, slot] {
      cache_.attach(slot);
      std::vector<std::thread> threads;
      for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
        const std::uint32_t load = (slot - 1) * kThreads + thread;
        threads.emplace_back(
            [this, load] { Load(cache_, *board_, load, board_->lives[load]).run(); });
      }
      return pause();
    });
  }
  void keep(std::uint32_t which) {
    promises_.make(kLoads + which, 0, ++kept_number_, kept_[which]);
  }

  void kill(std::uint32_t slot) {
    const std::uint32_t first = (slot - 1) * kThreads;
    for (std::uint32_t load = first; load < first + kThreads; ++load) ++board_->lives[load];
    workers_[slot - 1].kill_and_wait();
    for (std::uint32_t load = first; load < first + kThreads; ++load) {
      board_->clearing[load] = false;
    }
  }
  bool reap(std::uint32_t slot) {
    return eventually([&] { return cache_.reap(slot); });
  }
  /// False if nobody has done `more` operations within a minute.
  bool progress(std::uint32_t more) {
    const std::uint32_t start = board_->operations;
    return within_a_minute([&] { return board_->operations - start >= more; });
  }
  /// The loads that do not get on, within a minute.
  std::vector<std::uint32_t> stuck() {
    std::vector<std::uint64_t> before(board_->turns.begin(), board_->turns.end());
    std::vector<std::uint32_t> stuck;
    for (std::uint32_t load = 0; load < kLoads; ++load) {
      const auto goes_on = [&] { return board_->turns[load] > before[load] + 1; };
      if (!within_a_minute(goes_on)) stuck.push_back(load);
    }
    return stuck;
  }
  bool within_a_minute(const std::function<bool()>& condition) {
    const std::uint64_t deadline = monotonic_ns() + 60'000'000'000ULL;
    while (!condition()) {
      if (monotonic_ns() > deadline) return false;
      futex_wait(board_->operations, board_->operations, std::chrono::milliseconds(1));
    }
    return true;
  }
  void expect_nothing_lost() const {
    EXPECT_EQ(board_->corrupt, 0U);
    EXPECT_EQ(board_->lost, 0U);
    EXPECT_EQ(board_->went_back, 0U);
    EXPECT_EQ(board_->revenants, 0U);
    for (std::uint32_t epoch = 0; epoch < kEpochs; ++epoch) {
      const Board::Tally& tally = board_->tallies[epoch];
      EXPECT_LE(tally.additions, tally.highest) << "two loads stored the same number of a counter";
    }
  }
  void expect_all_was_done() const;

  MemoCache cache_{{.data_bytes = 12U << 20}};
  SharedObject<Board> board_;
  Promises promises_{cache_, *board_};
  std::array<Pin, kKept> kept_;
  std::uint32_t kept_number_ = 0;
  std::vector<Child> workers_;
};

/// The storm proves nothing about what it did not come to.
void KillStorm::expect_all_was_done() const {
  const CacheCounters counters = cache_.counters();
  for (const auto& [what, count] : {std::pair{"operations", std::uint64_t{board_->operations}},
                                    {"hits", counters.hits},
                                    {"evictions", counters.evictions},
                                    {"stale", counters.stale},
                                    {"refreshes", counters.refreshes},
                                    {"touched", board_->touched.load()},
                                    {"added", board_->added.load()},
                                    {"promised", board_->promised.load()},
                                    {"relied_on", board_->relied_on.load()},
                                    {"voidings", board_->voidings[0].done.load()},
                                    {"clears", std::uint64_t{board_->clears}}}) {
    EXPECT_GT(count, 0U) << what;
    RecordProperty(what, std::to_string(count));
  }
  for (const auto& [what, count] : {std::pair{"rebuilds", counters.rebuilds},
                                    {"take_overs", counters.take_overs},
                                    {"uncached", counters.uncached},
                                    {"epochs", std::uint64_t{board_->epochs}},
                                    {"refused", board_->refused.load()}}) {
    RecordProperty(what, std::to_string(count));
  }
}

TEST_F(KillStorm, LosesNoValueCorruptsNoneAndLeavesNobodyStuck) {
  const long kills = setting("EKIDEN_KILLS", kSanitized ? 100 : 500);
  std::minstd_rand random(11);  // NOLINT: the order of the victims; the moments are chance anyway

  for (long death = 0; death < kills; ++death) {
    ASSERT_TRUE(progress(static_cast<std::uint32_t>(1 + random() % 200)))
        << "after " << death << " kills";
    const auto victim = static_cast<std::uint32_t>(1 + random() % kWorkers);
    kill(victim);
    ASSERT_TRUE(reap(victim)) << "after " << death << " kills";
    workers_[victim - 1] = start(victim);
    for (std::uint32_t which = 0; which < kKept; ++which) promises_.check(kLoads + which);
    keep(static_cast<std::uint32_t>(death % kKept));
    if (death % 50 != 0) continue;
    ASSERT_EQ(stuck(), std::vector<std::uint32_t>{}) << "after " << death << " kills";
  }
  ASSERT_EQ(stuck(), std::vector<std::uint32_t>{}) << "loads that do not get on";
  for (std::uint32_t slot = 1; slot <= kWorkers; ++slot) {
    kill(slot);
    ASSERT_TRUE(reap(slot));
  }

  expect_nothing_lost();
  expect_all_was_done();
  EXPECT_EQ(cache_.check_invariants(), "");
}

}  // namespace
}  // namespace ekiden::shared
