// SPDX-License-Identifier: MIT
// Two machines with one Redis. Where one of them must die or stop, it is a process.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "tests/shared/redis_machine.hpp"

namespace ekiden::shared {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What the processes of a test tell each other.
struct Board {
  std::atomic<int> computing, finish, ready, step;
};

class RedisMachinesTest : public ::testing::Test {
 protected:
  RedisTier::Options options(milliseconds lease = seconds(30)) const {
    RedisTier::Options result = patient(server_.url());
    result.lease = lease;
    return result;
  }
  /// A machine that begins to compute "key", and goes on when board->finish is set.
  Child start_leader(milliseconds lease) {
    Child leader([this, lease] {
      RedisMachine machine(options(lease));
      machine.cache().get_or_compute(machine.call("key"), [this](ValueWriter& writer) {
        ++board_->computing;
        eventually([this] { return board_->finish == 1; });
        computes("the leader's")(writer);
      });
      return machine.tier().counters().saves == 1 ? 0 : 1;
    });
    EXPECT_TRUE(eventually([this] { return board_->computing == 1; }));
    return leader;
  }

  RedisServer server_;
  SharedObject<Board> board_;
};

TEST_F(RedisMachinesTest, TwoMachinesThatMissOneKeyComputeItOnce) {
  Child leader = start_leader(seconds(30));
  RedisMachine other(options());
  std::thread finish([&] {
    eventually([&] { return other.tier().counters().waits == 1; });
    board_->finish = 1;
  });

  EXPECT_EQ(other.get("key", "own"), "the leader's");

  finish.join();
  EXPECT_EQ(other.computations, 0);
  EXPECT_EQ(leader.exit_code_within(30), 0);
}

TEST_F(RedisMachinesTest, FourMachinesComputeEachOfManyKeysOnce) {
  constexpr int kKeys = 50;
  std::vector<Child> machines;
  for (int number = 0; number < 4; ++number) {
    machines.emplace_back([this] {
      RedisMachine machine(options());
      machine.reaches();
      ++board_->ready;
      eventually([this] { return board_->ready == 4; });
      for (int key = 0; key < kKeys; ++key) {
        const std::string value = "value " + std::to_string(key);
        if (machine.get("key " + std::to_string(key), value) != value) return 1;
      }
      board_->computing += machine.computations;
      return 0;
    });
  }
  for (Child& machine : machines) EXPECT_EQ(machine.exit_code_within(60), 0);
  EXPECT_EQ(board_->computing, kKeys);
}

TEST_F(RedisMachinesTest, WhoWaitsForAnotherMachineGivesItsPlaceBack) {
  static std::atomic<int> begun, ended;
  begun = 0;
  ended = 0;
  Child leader = start_leader(seconds(30));
  RedisMachine other(options());
  other.memory().set_wait_hooks({[] { ++begun; }, [] { ++ended; }});
  std::thread finish([&] {
    eventually([&] { return begun > ended; });
    board_->finish = 1;
  });

  EXPECT_EQ(other.get("key", "own"), "the leader's");

  finish.join();
  EXPECT_GE(begun, 1);
  EXPECT_EQ(begun, ended);
}

TEST_F(RedisMachinesTest, WhenTheLeadersMachineDiesAnotherComputesAfterTheLease) {
  Child leader = start_leader(milliseconds(600));
  RedisMachine other(options(milliseconds(600)));
  std::thread killer([&] {
    eventually([&] { return other.tier().counters().waits == 1; });
    leader.kill_and_wait();
  });

  EXPECT_EQ(other.get("key", "own"), "own");

  killer.join();
  EXPECT_EQ(other.computations, 1);
}

TEST_F(RedisMachinesTest, ALeaseIsRenewedWhileItsMachineComputes) {
  const milliseconds lease(900);
  Child leader = start_leader(lease);
  RedisMachine other(options(lease));
  std::thread waiter([&] { other.get("key", "own"); });
  const std::string lock = server_.ask({"KEYS", "ekiden:l:*"}).list.at(0).text;
  const std::string holder = server_.ask({"GET", lock}).text;

  // Three times it is near its end, and then it is not.
  for (int renewal = 0; renewal < 3; ++renewal) {
    ASSERT_TRUE(eventually([&] { return server_.ask({"PTTL", lock}).number < 650; }));
    ASSERT_TRUE(eventually([&] { return server_.ask({"PTTL", lock}).number > 750; }));
  }
  EXPECT_EQ(server_.ask({"GET", lock}).text, holder);
  board_->finish = 1;

  waiter.join();
  EXPECT_EQ(other.computations, 0);
  EXPECT_EQ(leader.exit_code_within(30), 0);
}

TEST_F(RedisMachinesTest, AnotherWorkerOfTheLeadersMachineTakesOverAtOnce) {
  MemoCache memory({.data_bytes = 8U << 20});
  Child leader([&] {
    RedisMachine worker(memory, 1, options(std::chrono::hours(1)));
    worker.cache().get_or_compute(worker.call("key"), [this](ValueWriter&) {
      ++board_->computing;
      eventually([] { return false; }, 1000);
    });
    return 0;
  });
  ASSERT_TRUE(eventually([this] { return board_->computing == 1; }));
  leader.kill_and_wait();
  ASSERT_TRUE(memory.reap(1));
  RedisMachine worker(memory, 2, options(std::chrono::hours(1)));

  EXPECT_EQ(worker.get("key", "own"), "own");
  EXPECT_EQ(worker.tier().counters().waits, 0U);
  EXPECT_EQ(worker.tier().counters().saves, 1U);
}

TEST_F(RedisMachinesTest, ALeaderThatComesLateIsRefused) {
  Child late = start_leader(milliseconds(300));
  late.signal(SIGSTOP);
  RedisMachine other(options());
  EXPECT_EQ(other.get("key", "own"), "own");

  late.signal(SIGCONT);
  board_->finish = 1;

  EXPECT_EQ(late.exit_code_within(30), 1);
  EXPECT_EQ(RedisMachine(options()).get("key"), "own");
}

/// Two machines that both have "key" in their segments.
class RedisVoidsTest : public RedisMachinesTest {
 protected:
  void SetUp() override {
    one_.get("key", "value");
    ASSERT_EQ(other_.get("key", "none"), "value");
    ASSERT_TRUE(other_.has("key"));
  }
  bool gone_from_the_other() {
    return eventually([this] { return !other_.has("key"); });
  }
  void expect_computed_anew() {
    EXPECT_TRUE(gone_from_the_other());
    EXPECT_FALSE(one_.has("key"));
    EXPECT_EQ(other_.get("key", "new"), "new");
    EXPECT_EQ(one_.get("key", "newer"), "new");
  }

  RedisMachine one_{options()};
  RedisMachine other_{options()};
};

TEST_F(RedisVoidsTest, WhatIsErasedOnOneMachineGoesFromAll) {
  EXPECT_TRUE(one_.cache().erase("key"));
  expect_computed_anew();
  EXPECT_FALSE(one_.cache().erase("no key"));
}

TEST_F(RedisVoidsTest, AFunctionsValuesGoFromAllMachines) {
  one_.cache().invalidate("f:function");
  expect_computed_anew();
}

TEST_F(RedisVoidsTest, ATagsValuesGoFromAllMachines) {
  one_.cache().invalidate("t:other");
  expect_computed_anew();
}

TEST_F(RedisVoidsTest, ACleanSweepGoesThroughAllMachines) {
  one_.cache().clear();
  expect_computed_anew();
}

TEST_F(RedisVoidsTest, OtherTagsAndFunctionsStay) {
  one_.cache().invalidate("t:foreign");
  one_.cache().erase("foreign");
  one_.cache().invalidate("f:last");
  const std::string last = "ekiden:gen";
  other_.cache().invalidate("f:last");

  EXPECT_TRUE(one_.has("key"));
  EXPECT_TRUE(other_.has("key"));
  EXPECT_TRUE(server_.ask({"HEXISTS", last, "f:last"}).number == 1);
}

TEST_F(RedisVoidsTest, WhatOneMachineStoresTakesThePlaceOfWhatOthersHave) {
  one_.cache().store(one_.call("key"), bytes("stored"));

  EXPECT_TRUE(gone_from_the_other());
  EXPECT_EQ(other_.get("key"), "stored");
  EXPECT_EQ(one_.get("key"), "stored");
}

/// A value that a callback set, as opposed to a function's.
TieredCache::Call direct(RedisMachine& machine, std::span<const std::string> tags) {
  TieredCache::Call call{{"direct", {}, tags}, {}};
  call.options.names = machine.memory().names({}, tags);
  return call;
}

TEST_F(RedisVoidsTest, ADirectValueIsSeenByAllMachinesAndAddedOnce) {
  EXPECT_TRUE(one_.cache().add(direct(one_, {}), bytes("one")));

  EXPECT_FALSE(other_.cache().add(direct(other_, {}), bytes("other")));
  EXPECT_EQ(text(*other_.cache().find(direct(other_, {}))), "one");
}

TEST_F(RedisVoidsTest, ADirectValueWithTagsStaysWhereTheyCanVoidIt) {
  const std::vector<std::string> tags{"t:one"};
  one_.cache().store(direct(one_, {}), bytes("without"));
  ASSERT_TRUE(other_.cache().find(direct(other_, {})));

  one_.cache().store(direct(one_, tags), bytes("with"));

  EXPECT_TRUE(eventually([&] { return !other_.cache().find(direct(other_, {})); }))
      << "what it replaces is gone";
  EXPECT_EQ(text(*one_.cache().find(direct(one_, {}))), "with");
  other_.cache().invalidate("t:one");
  EXPECT_TRUE(eventually([&] { return !one_.cache().find(direct(one_, {})); }));
}

TEST_F(RedisVoidsTest, AValueThatIsVoidedWhileItIsComputedIsNotKept) {
  const TieredCache::Call call = one_.call("fresh");
  one_.cache().get_or_compute(call, [&](ValueWriter& writer) {
    other_.cache().invalidate("t:one");
    computes("void")(writer);
  });

  EXPECT_EQ(one_.tier().counters().refused, 1U);
  EXPECT_EQ(other_.get("fresh", "new"), "new");
}

TEST_F(RedisVoidsTest, AValueThatIsErasedWhileItIsComputedIsNotKept) {
  one_.cache().get_or_compute(one_.call("fresh"), [&](ValueWriter& writer) {
    other_.cache().erase("fresh");
    computes("void")(writer);
  });

  EXPECT_EQ(one_.tier().counters().refused, 1U);
  EXPECT_EQ(other_.get("fresh", "new"), "new");
}

TEST_F(RedisVoidsTest, WhenRedisIsEmptiedSegmentsAreToo) {
  server_.ask({"FLUSHALL"});
  one_.get("another key", "value");

  EXPECT_TRUE(gone_from_the_other());
}

/// A machine that is stopped, loses its connection meanwhile, and learns what it has missed.
class RedisMissedNewsTest : public RedisMachinesTest {
 protected:
  void learns(const std::function<void(RedisMachine&)>& news) {
    // ThreadSanitizer wants processes to be forked before there are threads.
    Child stopped([this] {
      eventually([this] { return board_->step == 1; });
      RedisMachine machine(options());
      if (machine.get("key", "none") != "value") return 1;
      board_->ready = 1;
      eventually([this] { return board_->step == 2; });
      return eventually([&] { return !machine.has("key"); }) ? 0 : 2;
    });
    RedisMachine one(options());
    one.get("key", "value");
    board_->step = 1;
    ASSERT_TRUE(eventually([this] { return board_->ready == 1; }));
    stopped.signal(SIGSTOP);
    ASSERT_TRUE(stopped.stopped());
    server_.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
    ASSERT_TRUE(eventually([&] { return one.reaches(); }));

    news(one);
    board_->step = 2;
    stopped.signal(SIGCONT);

    EXPECT_EQ(stopped.exit_code_within(60), 0);
  }
};

TEST_F(RedisMissedNewsTest, OfAnErasure) {
  learns([](RedisMachine& one) { EXPECT_TRUE(one.cache().erase("key")); });
}

TEST_F(RedisMissedNewsTest, OfAVoidedTag) {
  learns([](RedisMachine& one) { one.cache().invalidate("t:one"); });
}

TEST_F(RedisMissedNewsTest, OfMoreErasuresThanRedisRemembers) {
  learns([](RedisMachine& one) {
    one.cache().erase("key");
    for (int other = 0; other < 1100; ++other) one.cache().erase(std::to_string(other));
  });
}

TEST_F(RedisMachinesTest, AWorkerThatStartsLaterLearnsWhatItsMachineHasMissed) {
  MemoCache memory({.data_bytes = 8U << 20});
  RedisMachine elsewhere(options());
  {
    RedisMachine first(memory, 0, options());
    first.get("erased", "value");
    first.get("kept", "value");
    ASSERT_TRUE(first.reaches());
  }
  ASSERT_TRUE(elsewhere.cache().erase("erased"));

  memory.attach(0);
  std::vector<std::unique_ptr<Tier>> tiers;
  auto tier = std::make_unique<RedisTier>(memory, options());
  ASSERT_TRUE(eventually([&] { return tier->reachable(); }));

  EXPECT_FALSE(memory.find("erased"));
  EXPECT_TRUE(memory.find("kept"));
}

}  // namespace
}  // namespace ekiden::shared
