// SPDX-License-Identifier: MIT
#include "shared/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace ekiden::shared {
namespace {

using std::chrono::nanoseconds;
using State = CircuitBreaker::State;

class CircuitBreakerTest : public ::testing::Test {
 protected:
  void close() {
    ASSERT_TRUE(breaker_.try_probe(0));
    breaker_.probe_succeeded();
  }

  CircuitBreaker breaker_{{2, nanoseconds(100), nanoseconds(300)}};
};

TEST_F(CircuitBreakerTest, StartsOpenWithAProbeDue) {
  EXPECT_EQ(breaker_.state(), State::open);
  EXPECT_EQ(breaker_.until_probe(0).count(), 0);
  close();
  EXPECT_TRUE(breaker_.closed());
}

TEST_F(CircuitBreakerTest, OnlyOneProbesAtATime) {
  EXPECT_TRUE(breaker_.try_probe(0));
  EXPECT_FALSE(breaker_.try_probe(0));
  EXPECT_EQ(breaker_.state(), State::half_open);
}

TEST_F(CircuitBreakerTest, FailuresInARowOpenIt) {
  close();
  EXPECT_FALSE(breaker_.failed(0));
  breaker_.succeeded();
  EXPECT_FALSE(breaker_.failed(0));
  EXPECT_TRUE(breaker_.failed(0));
  EXPECT_FALSE(breaker_.failed(0)) << "it is open already";
}

TEST_F(CircuitBreakerTest, PausesGrowUpToTheLongest) {
  close();
  EXPECT_TRUE(breaker_.open(1000));
  EXPECT_FALSE(breaker_.try_probe(1099));
  std::uint64_t now = 1100;
  for (const int pause : {100, 200, 300, 300}) {
    EXPECT_TRUE(breaker_.try_probe(now));
    breaker_.probe_failed(now);
    EXPECT_EQ(breaker_.until_probe(now).count(), pause);
    now += static_cast<std::uint64_t>(pause);
  }
  EXPECT_TRUE(breaker_.try_probe(now));
  breaker_.probe_succeeded();
  EXPECT_TRUE(breaker_.open(now));
  EXPECT_EQ(breaker_.until_probe(now).count(), 100) << "a success makes the pause short again";
}

TEST_F(CircuitBreakerTest, StatesHaveNames) {
  EXPECT_STREQ(name(State::closed), "closed");
  EXPECT_STREQ(name(State::open), "open");
  EXPECT_STREQ(name(State::half_open), "half open");
}

}  // namespace
}  // namespace ekiden::shared
