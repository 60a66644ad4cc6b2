// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <ekiden/worker_local.hpp>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace ekiden {
namespace {

/// Cannot be moved, as connections often cannot.
struct Connection {
  explicit Connection(int number_) : number(number_) {}
  Connection(const Connection&) = delete;
  ~Connection() { ++closed; }
  const int number;
  int used = 0;
  static inline std::atomic<int> closed{0};
};

class WorkerLocal : public testing::Test {
 protected:
  WorkerLocal() { Connection::closed = 0; }

  std::atomic<int> opened_{0};
  const worker_local<Connection> connections_{
      [this] { return std::make_unique<Connection>(++opened_); }};
};

TEST_F(WorkerLocal, MakesAnObjectWhenItIsFirstAskedFor) {
  EXPECT_EQ(opened_, 0);
  EXPECT_EQ(connections_.lease()->number, 1);
}

TEST_F(WorkerLocal, GivesAnObjectOutAgainWithWhatWasLeftInIt) {
  connections_.lease()->used = 7;

  EXPECT_EQ(connections_.lease()->used, 7);
  EXPECT_EQ(opened_, 1);
}

TEST_F(WorkerLocal, GivesAnObjectToOneHolderAtATime) {
  const auto first = connections_.lease();
  const auto second = connections_.lease();

  EXPECT_NE(first->number, second->number);
}

TEST_F(WorkerLocal, CopiesShareTheirObjects) {
  const worker_local<Connection> copy = connections_;
  connections_.lease()->used = 7;

  EXPECT_EQ(copy.lease()->used, 7);
}

TEST_F(WorkerLocal, OthersHaveTheirOwn) {
  const worker_local<Connection> others([] { return std::make_unique<Connection>(100); });
  { const auto lease = connections_.lease(); }

  EXPECT_EQ(others.lease()->number, 100);
}

TEST_F(WorkerLocal, ADiscardedObjectIsDestroyedAndMadeAnew) {
  {
    auto lease = connections_.lease();
    lease.discard();
    EXPECT_EQ(Connection::closed, 1);
  }
  EXPECT_EQ(connections_.lease()->number, 2);
}

TEST_F(WorkerLocal, WhatMakingItThrowsReachesTheCaller) {
  const worker_local<Connection> broken([]() -> std::unique_ptr<Connection> {
    throw std::runtime_error("no route to the database");
  });
  EXPECT_THROW(broken.lease(), std::runtime_error);
}

TEST_F(WorkerLocal, HasAsManyObjectsAsThreadsThatUsedOneAtOnce) {
  std::atomic<int> twice{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 500; ++j) {
        const auto lease = connections_.lease();
        if (++lease->used != 1) ++twice;
        --lease->used;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(twice, 0);
  EXPECT_LE(opened_, 4);
}

TEST(WorkerLocalOfAValue, IsMadeByAFunctionThatReturnsOne) {
  const worker_local<std::vector<int>> scratch([] { return std::vector<int>(3); });
  EXPECT_EQ(scratch.lease()->size(), 3U);
}

}  // namespace
}  // namespace ekiden
