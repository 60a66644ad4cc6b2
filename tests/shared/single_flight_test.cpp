// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "shared/memo_cache.hpp"
#include "tests/shared/cache_values.hpp"
#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

constexpr std::uint32_t kWorkers = 8;

/// What the processes of a test tell each other.
struct Board {
  std::atomic<int> computing;
  std::atomic<int> finish;
  std::atomic<std::uint64_t> killed_ns, taken_over_ns;
};

class SingleFlightTest : public ::testing::Test {
 protected:
  void SetUp() override { cache_.attach(0); }
  void TearDown() override { EXPECT_EQ(cache_.check_invariants(), ""); }

  /// Computes "answer" in slot 1, and does not come to an end before board->finish.
  Child start_leader() {
    Child leader([this] {
      cache_.attach(1);
      cache_.get_or_compute("key", {}, [this](ValueWriter& writer) {
        ++board_->computing;
        eventually([this] { return board_->finish == 1; });
        computes("answer")(writer);
      });
      return 0;
    });
    EXPECT_TRUE(eventually([this] { return board_->computing == 1; }));
    return leader;
  }
  /// Asks for the same in `slot`, and would compute "own answer".
  Child start_follower(std::uint32_t slot, const std::string& expected) {
    return Child([this, slot, expected] {
      cache_.attach(slot);
      const Pin pin = cache_.get_or_compute("key", {}, [this](ValueWriter& writer) {
        board_->taken_over_ns = monotonic_ns();
        ++board_->computing;
        computes("own answer")(writer);
      });
      return text(pin) == expected ? 0 : 1;
    });
  }
  bool waiting(std::uint64_t followers) {
    return eventually([&] { return cache_.counters().waits >= followers; });
  }

  MemoCache cache_{{.data_bytes = 8U << 20}};
  SharedObject<Board> board_;
};

TEST_F(SingleFlightTest, EightProcessesThatMissOneKeyComputeItOnce) {
  for (int round = 0; round < 20; ++round) {
    const std::string key = "key " + std::to_string(round);
    board_->finish = 0;
    std::vector<Child> workers;
    for (std::uint32_t slot = 1; slot <= kWorkers; ++slot) {
      workers.emplace_back([&, slot] {
        cache_.attach(slot);
        eventually([&] { return board_->finish == 1; });
        const Pin pin = cache_.get_or_compute(key, {}, computes(pattern(100'000, 3)));
        return whole_pattern(pin.bytes(), 3) ? 0 : 1;
      });
    }
    board_->finish = 1;
    for (Child& worker : workers) ASSERT_EQ(worker.exit_code_within(30), 0);
    for (std::uint32_t slot = 1; slot <= kWorkers; ++slot) ASSERT_TRUE(cache_.reap(slot));
    ASSERT_EQ(cache_.counters().computations, static_cast<std::uint64_t>(round) + 1);
  }
}

TEST_F(SingleFlightTest, WhoAsksDuringAComputationGetsItsResult) {
  Child leader = start_leader();
  Child follower = start_follower(2, "answer");
  ASSERT_TRUE(waiting(1));

  board_->finish = 1;

  EXPECT_EQ(follower.exit_code_within(30), 0);
  EXPECT_EQ(leader.exit_code_within(30), 0);
  EXPECT_EQ(cache_.counters().computations, 1U);
  EXPECT_TRUE(cache_.reap(1) && cache_.reap(2));
}

TEST_F(SingleFlightTest, OneFollowerTakesOverWhenTheDeadLeaderIsReaped) {
  Child leader = start_leader();
  Child one = start_follower(2, "own answer");
  Child other = start_follower(3, "own answer");
  ASSERT_TRUE(waiting(2));

  leader.kill_and_wait();
  const std::uint64_t reaped = monotonic_ns();
  ASSERT_TRUE(cache_.reap(1));

  EXPECT_EQ(one.exit_code_within(30), 0);
  EXPECT_EQ(other.exit_code_within(30), 0);
  EXPECT_EQ(board_->computing, 2) << "the dead leader, and one more";
  EXPECT_EQ(cache_.counters().take_overs, 1U);
  RecordProperty("take_over_us", static_cast<int>((board_->taken_over_ns - reaped) / 1000));
  EXPECT_TRUE(cache_.reap(2) && cache_.reap(3));
}

TEST_F(SingleFlightTest, AFollowerTakesOverByItselfIfNobodyReaps) {
  Child leader = start_leader();
  Child follower = start_follower(2, "own answer");
  ASSERT_TRUE(waiting(1));

  leader.signal(SIGKILL);

  EXPECT_EQ(follower.exit_code_within(30), 0);
  EXPECT_EQ(cache_.counters().take_overs, 1U);
  leader.wait();
  EXPECT_TRUE(cache_.reap(1) && cache_.reap(2));
}

TEST_F(SingleFlightTest, AFollowerThatIsKilledHarmsNobody) {
  Child leader = start_leader();
  Child killed = start_follower(2, "answer");
  Child follower = start_follower(3, "answer");
  ASSERT_TRUE(waiting(2));

  killed.kill_and_wait();
  ASSERT_TRUE(cache_.reap(2));
  board_->finish = 1;

  EXPECT_EQ(follower.exit_code_within(30), 0);
  EXPECT_EQ(leader.exit_code_within(30), 0);
  EXPECT_TRUE(cache_.reap(1) && cache_.reap(3));
}

TEST_F(SingleFlightTest, ErasingAKeyVoidsAComputationThatIsUnderWay) {
  Child leader = start_leader();

  EXPECT_FALSE(cache_.erase("key"));
  EXPECT_EQ(text(cache_.get_or_compute("key", {}, computes("after the erasure"))),
            "after the erasure");
  board_->finish = 1;

  EXPECT_EQ(leader.exit_code_within(30), 0);
  EXPECT_EQ(text(cache_.find("key").value()), "after the erasure");
  EXPECT_TRUE(cache_.reap(1));
}

TEST_F(SingleFlightTest, StoringAKeyServesThoseWhoWaitForItsComputation) {
  Child leader = start_leader();
  Child follower = start_follower(2, "stored");
  ASSERT_TRUE(waiting(1));

  cache_.store("key", bytes("stored"));

  EXPECT_EQ(follower.exit_code_within(30), 0);
  board_->finish = 1;
  EXPECT_EQ(leader.exit_code_within(30), 0);
  EXPECT_EQ(text(cache_.find("key").value()), "stored");
  EXPECT_TRUE(cache_.reap(1) && cache_.reap(2));
}

TEST_F(SingleFlightTest, WaitHooksRunAroundEveryWait) {
  struct Hooks {
    std::atomic<int> begun, ended;
  };
  SharedObject<Hooks> hooks;
  cache_.set_wait_hooks({[&] { ++hooks->begun; }, [&] { ++hooks->ended; }});
  Child leader = start_leader();
  Child follower = start_follower(2, "answer");

  ASSERT_TRUE(eventually([&] { return hooks->begun == 1; }));
  EXPECT_EQ(hooks->ended, 0);
  board_->finish = 1;

  EXPECT_EQ(follower.exit_code_within(30), 0);
  EXPECT_EQ(hooks->begun, 1);
  EXPECT_EQ(hooks->ended, 1);
  EXPECT_EQ(leader.exit_code_within(30), 0);
  EXPECT_TRUE(cache_.reap(1) && cache_.reap(2));
}

TEST_F(SingleFlightTest, AWaitThatIsGivenUpLeavesTheComputationAlone) {
  SharedObject<std::atomic<int>> given_up;
  cache_.set_wait_hooks({{}, {}, [&] { return *given_up != 0; }});
  Child leader = start_leader();
  Child follower([this] {
    cache_.attach(2);
    try {
      cache_.get_or_compute("key", {}, computes("not called"));
    } catch (const WaitGivenUp&) {
      return 0;
    }
    return 1;
  });
  ASSERT_TRUE(waiting(1));

  *given_up = 1;

  EXPECT_EQ(follower.exit_code_within(30), 0);
  board_->finish = 1;
  EXPECT_EQ(leader.exit_code_within(30), 0);
  EXPECT_EQ(text(cache_.find("key").value()), "answer");
  EXPECT_TRUE(cache_.reap(1) && cache_.reap(2));
}

TEST_F(SingleFlightTest, WhoComputesForOthersDoesNotGiveUpItsOwnWait) {
  cache_.set_wait_hooks({{}, {}, [] { return true; }});
  Child leader = start_leader();
  Child middle([this] {
    cache_.attach(2);
    const Pin pin = cache_.get_or_compute("other", {}, [this](ValueWriter& writer) {
      computes(text(cache_.get_or_compute("key", {}, computes("not called"))))(writer);
    });
    return text(pin) == "answer" ? 0 : 1;
  });
  ASSERT_TRUE(waiting(1));
  board_->finish = 1;

  EXPECT_EQ(middle.exit_code_within(30), 0);
  EXPECT_EQ(leader.exit_code_within(30), 0);
  EXPECT_TRUE(cache_.reap(1) && cache_.reap(2));
}

TEST_F(SingleFlightTest, AWaitForAWordCanBeGivenUpToo) {
  cache_.set_wait_hooks({{}, {}, [] { return true; }});

  EXPECT_THROW(cache_.wait("key", cache_.watch("key"), std::chrono::minutes(1)), WaitGivenUp);
}

TEST_F(SingleFlightTest, AnExceptionReachesItsCallerAndItsTextThoseWhoWait) {
  Child leader([this] {
    cache_.attach(1);
    try {
      cache_.get_or_compute("key", {}, [this](ValueWriter& writer) {
        writer.reserve(1000);
        ++board_->computing;
        eventually([this] { return board_->finish == 1; });
        throw std::out_of_range("no such city: Bern");
      });
    } catch (const std::out_of_range&) {
      return 0;
    }
    return 1;
  });
  ASSERT_TRUE(eventually([this] { return board_->computing == 1; }));
  Child follower([this] {
    cache_.attach(2);
    try {
      cache_.get_or_compute("key", {}, computes("not called"));
    } catch (const ComputationFailed& error) {
      return std::string(error.what()) == "no such city: Bern" ? 0 : 2;
    }
    return 1;
  });
  ASSERT_TRUE(waiting(1));
  board_->finish = 1;

  EXPECT_EQ(leader.exit_code_within(30), 0);
  EXPECT_EQ(follower.exit_code_within(30), 0);
  EXPECT_FALSE(cache_.find("key").has_value());
  EXPECT_TRUE(cache_.reap(1) && cache_.reap(2));
}

std::atomic<std::uint64_t> failure_time{1};

TEST(SingleFlight, AFailureIsForgottenAfterASecond) {
  MemoCache cache({.data_bytes = 1U << 20, .now = [] { return failure_time.load(); }});
  cache.attach(0);
  const auto fails = [](ValueWriter&) { throw 42; };
  EXPECT_THROW(cache.get_or_compute("key", {}, fails), int);
  EXPECT_THROW(cache.get_or_compute("key", {}, computes("value")), ComputationFailed);

  failure_time += 1'000'000'001;

  EXPECT_EQ(text(cache.get_or_compute("key", {}, computes("value"))), "value");
  EXPECT_EQ(cache.check_invariants(), "");
}

TEST_F(SingleFlightTest, AComputationThatAsksForItselfIsDoneTwiceNotStuck) {
  int depth = 0;
  const std::function<void(ValueWriter&)> recursive = [&](ValueWriter& writer) {
    const bool outer = ++depth == 1;
    const std::string inner =
        outer ? text(cache_.get_or_compute("key", {}, recursive)) : std::string("inner");
    computes(outer ? "outer of " + inner : inner)(writer);
  };

  EXPECT_EQ(text(cache_.get_or_compute("key", {}, recursive)), "outer of inner");
  EXPECT_EQ(text(cache_.find("key").value()), "outer of inner");
}

TEST_F(SingleFlightTest, WorkersThatNeedEachOthersResultsAreNotStuck) {
  // Worker n computes "n" from "n + 1", and the last one from the first.
  constexpr std::uint32_t kRing = 3;
  std::vector<Child> workers;
  for (std::uint32_t slot = 1; slot <= kRing; ++slot) {
    workers.emplace_back([this, slot] {
      cache_.attach(slot);
      const std::string next = std::to_string(slot % kRing + 1);
      cache_.get_or_compute(std::to_string(slot), {}, [&](ValueWriter& writer) {
        ++board_->computing;
        eventually([this] { return board_->computing >= static_cast<int>(kRing); });
        cache_.get_or_compute(next, {}, computes("closes the ring"));
        computes("value")(writer);
      });
      return 0;
    });
  }

  for (Child& worker : workers) EXPECT_EQ(worker.exit_code_within(30), 0);
  for (std::uint32_t slot = 1; slot <= kRing; ++slot) {
    EXPECT_EQ(text(cache_.find(std::to_string(slot)).value()), "value");
    EXPECT_TRUE(cache_.reap(slot));
  }
}

TEST_F(SingleFlightTest, ThreadsThatNeedEachOthersResultsAreNotStuck) {
  std::atomic<int> inside{0};
  const auto run = [&](const std::string& own, const std::string& other) {
    cache_.get_or_compute(own, {}, [&](ValueWriter& writer) {
      ++inside;
      eventually([&] { return inside >= 2; });
      cache_.get_or_compute(other, {}, computes("closes the ring"));
      computes("value")(writer);
    });
  };
  std::thread one(run, "a", "b");
  std::thread two(run, "b", "a");
  one.join();
  two.join();

  EXPECT_EQ(text(cache_.find("a").value()), "value");
  EXPECT_EQ(text(cache_.find("b").value()), "value");
}

TEST_F(SingleFlightTest, ResultsThatDoNotFitAreComputedSideBySide) {
  constexpr int kCallers = 4;
  std::vector<Child> workers;
  for (std::uint32_t slot = 1; slot <= kCallers; ++slot) {
    workers.emplace_back([this, slot] {
      cache_.attach(slot);
      const Pin pin = cache_.get_or_compute("large", {}, [this](ValueWriter& writer) {
        const auto place = writer.reserve(9U << 20);
        ++board_->computing;  // each of them comes here while the others are here too
        if (!eventually([this] { return board_->computing >= kCallers; })) throw 1;
        fill_pattern(place, 4, 4);
      });
      return whole_pattern(pin.bytes(), 4) ? 0 : 1;
    });
  }

  for (Child& worker : workers) EXPECT_EQ(worker.exit_code_within(60), 0);
  for (std::uint32_t slot = 1; slot <= kCallers; ++slot) EXPECT_TRUE(cache_.reap(slot));
  EXPECT_EQ(cache_.counters().uncached, static_cast<std::uint64_t>(kCallers));
}

TEST_F(SingleFlightTest, ReservingTwiceIsAnError) {
  EXPECT_THROW(cache_.get_or_compute("key", {},
                                     [](ValueWriter& writer) {
                                       writer.reserve(1);
                                       writer.reserve(1);
                                     }),
               std::logic_error);
}

TEST_F(SingleFlightTest, AComputationThatReservesNothingHasAnEmptyResult) {
  EXPECT_EQ(cache_.get_or_compute("key", {}, [](ValueWriter&) {}).bytes().size(), 0U);
  EXPECT_TRUE(cache_.find("key").has_value());
}

}  // namespace
}  // namespace ekiden::shared
