// SPDX-License-Identifier: MIT
#include "shared/outbox.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <stdexcept>

#include "shared/segment.hpp"
#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

using Kind = Outbox::Kind;

class OutboxTest : public ::testing::Test {
 protected:
  /// What lies there, told at once: "name a", "key b".
  std::vector<std::string> delivered() {
    std::vector<std::string> told;
    EXPECT_TRUE(outbox_.deliver([&](const Outbox::Item& item) { told.push_back(text(item)); }));
    return told;
  }
  static std::string text(const Outbox::Item& item) {
    return (item.kind == Kind::name ? "name " : "key ") + item.text;
  }
  /// Enough for everything to take the place of all.
  void overfill() {
    for (int key = 0; key < 300; ++key)
      outbox_.add(Kind::key, std::string(1000, 'x') + std::to_string(key));
  }

  Segment segment_{Outbox::bytes() + 4096, 4096};
  Outbox outbox_{segment_};
};

using Told = std::vector<std::string>;

TEST_F(OutboxTest, WhatIsAddedIsToldOnceAndInOrder) {
  EXPECT_TRUE(outbox_.empty());
  outbox_.add(Kind::name, "f:function");
  outbox_.add(Kind::key, "f:function");
  outbox_.add(Kind::key, std::string("\0binary", 7));
  EXPECT_FALSE(outbox_.empty());

  EXPECT_EQ(delivered(),
            (Told{"name f:function", "key f:function", std::string("key \0binary", 11)}));
  EXPECT_TRUE(outbox_.empty());
  EXPECT_EQ(delivered(), Told{});
}

TEST_F(OutboxTest, WhatIsThereAlreadyIsKeptOnce) {
  for (int time = 0; time < 100'000; ++time) outbox_.add(Kind::name, time % 2 == 0 ? "a" : "b");

  EXPECT_EQ(delivered(), (Told{"name a", "name b"}));
}

TEST_F(OutboxTest, WhatIsVoidedAgainWhileItIsToldIsToldAgain) {
  outbox_.add(Kind::name, "a");
  Told told;
  outbox_.deliver([&](const Outbox::Item& item) {
    told.push_back(text(item));
    if (told.size() == 1) outbox_.add(Kind::name, "a");
  });

  EXPECT_EQ(told, (Told{"name a", "name a"}));
}

TEST_F(OutboxTest, WhenItIsFullEverythingTakesThePlaceOfAll) {
  overfill();
  const Told told = delivered();

  EXPECT_EQ(told.front(), "name ") << "the empty name is everything";
  EXPECT_LT(told.size(), 300U);
  outbox_.add(Kind::key, "later");
  EXPECT_EQ(delivered(), Told{"key later"});
}

TEST_F(OutboxTest, WhatIsLongerThanThereIsRoomForIsEverything) {
  outbox_.add(Kind::key, std::string(1 << 20, 'x'));

  EXPECT_EQ(delivered(), Told{"name "});
}

TEST_F(OutboxTest, EverythingMayTakeThePlaceOfWhatIsBeingTold) {
  outbox_.add(Kind::name, "a");
  outbox_.add(Kind::name, "b");
  Told told;
  outbox_.deliver([&](const Outbox::Item& item) {
    told.push_back(text(item).substr(0, 6));
    if (told.size() == 1) overfill();
  });

  EXPECT_EQ(told[0], "name a");
  EXPECT_EQ(told[1], "name ");
  EXPECT_TRUE(outbox_.empty());
}

TEST_F(OutboxTest, WhatCouldNotBeToldStays) {
  outbox_.add(Kind::name, "a");
  outbox_.add(Kind::name, "b");
  const auto fails_at_b = [](const Outbox::Item& item) {
    if (item.text == "b") throw std::runtime_error("away");
  };

  EXPECT_THROW(outbox_.deliver(fails_at_b), std::runtime_error);
  outbox_.add(Kind::name, "b");

  EXPECT_EQ(delivered(), Told{"name b"});
}

TEST_F(OutboxTest, OneWorkerTellsAndIfItIsKilledTheNextOneDoes) {
  outbox_.add(Kind::name, "a");
  outbox_.add(Kind::name, "b");
  SharedObject<std::atomic<int>> telling;
  Child teller([&] {
    outbox_.deliver([&](const Outbox::Item& item) {
      if (item.text == "a") return;
      *telling = 1;
      eventually([] { return false; }, 1000);
    });
    return 0;
  });
  ASSERT_TRUE(eventually([&] { return *telling == 1; }));
  EXPECT_FALSE(outbox_.deliver([](const Outbox::Item&) {}));
  outbox_.add(Kind::name, "c");

  teller.kill_and_wait();

  EXPECT_EQ(delivered(), (Told{"name b", "name c"}));
}

TEST_F(OutboxTest, AWorkerKilledAtAnyMomentLosesNothingThatItHadAdded) {
  constexpr int kMost = 400;
  SharedObject<std::atomic<int>> added;
  std::minstd_rand random(1);
  for (int kill = 0; kill < 200; ++kill) {
    const int before = *added;
    Child adder([&] {
      for (int number = before + 1; number <= before + kMost; ++number) {
        outbox_.add(Kind::key, std::to_string(number));
        *added = number;
      }
      return pause();
    });
    const int until = before + 1 + static_cast<int>(random() % kMost);
    ASSERT_TRUE(eventually([&] { return *added >= until; }));
    adder.kill_and_wait();

    Told expected;
    for (int number = before + 1; number <= *added; ++number) {
      expected.push_back("key " + std::to_string(number));
    }
    Told told = delivered();
    if (told.size() == expected.size() + 1) told.pop_back();  // it was killed before it knew
    ASSERT_EQ(told, expected);
  }
}

}  // namespace
}  // namespace ekiden::shared
