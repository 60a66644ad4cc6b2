// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <vector>

#include "tests/http/raw_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

/// Two workers with one callback thread each, that share a listener.
struct TwoWorkers {
  StandInService service;
  shared::Scoreboard scoreboard;
  TestListener listener;
  WorkerProcess first{service, listener, scoreboard, {}, 0};
  WorkerProcess second{service, listener, scoreboard, {}, 1};

  bool ready() { return first.wait_until_ready() && second.wait_until_ready(); }
  std::uint64_t accepted() const { return scoreboard[0].accepted + scoreboard[1].accepted; }
};

TEST(Accept, CallbacksGoToTheWorkerThatHasAFreeThread) {
  TwoWorkers workers;
  ASSERT_TRUE(workers.ready());

  for (int i = 0; i < 50; ++i) {
    RawClient one = workers.listener.connect();
    one.send(RawClient::post_request("/hold", "one"));
    ASSERT_TRUE(workers.service.wait_until_held());
    RawClient two = workers.listener.connect();
    two.send(RawClient::post_request("/hold", "two"));
    ASSERT_TRUE(workers.service.wait_until_held()) << "queued behind the other in round " << i;
    workers.service.let_go();
    workers.service.let_go();
    EXPECT_EQ(one.receive().body, "one");
    EXPECT_EQ(two.receive().body, "two");
  }
}

TEST(Accept, CheapRequestsAreServedWhenEveryThreadOfEveryWorkerIsBusy) {
  TwoWorkers workers;
  ASSERT_TRUE(workers.ready());
  RawClient one = workers.listener.connect();
  one.send(RawClient::post_request("/hold", "one"));
  ASSERT_TRUE(workers.service.wait_until_held());
  RawClient two = workers.listener.connect();
  two.send(RawClient::post_request("/hold", "two"));
  ASSERT_TRUE(workers.service.wait_until_held());

  std::vector<RawClient> cheap;
  for (int i = 0; i < 20; ++i) cheap.push_back(workers.listener.connect());

  for (RawClient& client : cheap) EXPECT_EQ(client.get("/text").body, "text");
  workers.service.let_go();
  workers.service.let_go();
}

TEST(Accept, AllConnectionsAreCountedOnce) {
  TwoWorkers workers;
  ASSERT_TRUE(workers.ready());

  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(workers.listener.connect().get("/text").body, "text");
  }

  EXPECT_EQ(workers.accepted(), 100u);
}

}  // namespace
}  // namespace ekiden::test
