// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include "tests/http/raw_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(Drain, AnIdleWorkerEndsAtOnce) {
  ServedWorker worker;

  worker.process.signal(SIGTERM);

  EXPECT_EQ(worker.process.wait_for_exit(), 0);
}

TEST(Drain, TheRequestUnderWayIsAnsweredAndTheConnectionClosed) {
  ServedWorker worker;
  RawClient client = worker.connect();
  client.send(RawClient::post_request("/hold", "under way"));
  ASSERT_TRUE(worker.service.wait_until_held());

  worker.process.signal(SIGTERM);
  ASSERT_TRUE(worker.process.wait_until(
      [](const auto& slot) { return slot.state == shared::WorkerState::draining; }));
  worker.service.let_go();

  const Reply reply = client.receive();
  EXPECT_EQ(reply.body, "under way");
  EXPECT_EQ(reply.header("Connection"), "close");
  client.hang_up();
  EXPECT_EQ(worker.process.wait_for_exit(), 0);
}

TEST(Drain, ARequestOnAnIdleConnectionIsAnsweredDuringTheGrace) {
  ServedWorker worker;
  RawClient client = worker.connect();
  EXPECT_EQ(client.get("/text").header("Connection"), "");
  worker.process.signal(SIGTERM);
  ASSERT_TRUE(worker.process.wait_until(
      [](const auto& slot) { return slot.state == shared::WorkerState::draining; }));

  EXPECT_EQ(client.get("/text").header("Connection"), "close");

  client.hang_up();
  EXPECT_EQ(worker.process.wait_for_exit(), 0);
}

TEST(Drain, AnIdleConnectionIsClosedAfterTheGrace) {
  ServedWorker worker;
  RawClient client = worker.connect();
  EXPECT_EQ(client.get("/text").status, 200);

  worker.process.signal(SIGTERM);

  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(client.end(), RawClient::End::closed);
  EXPECT_EQ(worker.process.wait_for_exit(), 0);
}

TEST(Drain, ConnectionsInTheKernelsQueueAreServed) {
  shared::WorkerSettings settings;
  settings.max_connections = 1;
  ServedWorker worker(settings);
  RawClient open = worker.connect();
  EXPECT_EQ(open.get("/text").status, 200);
  RawClient queued = worker.connect();
  queued.send(RawClient::get_request("/text"));

  worker.process.signal(SIGTERM);

  EXPECT_EQ(queued.receive().body, "text");
}

TEST(Drain, NewConnectionsAreRefusedOnceTheLastListenerIsClosed) {
  ServedWorker worker;
  RawClient client = worker.connect();
  client.send(RawClient::post_request("/hold", "x"));
  ASSERT_TRUE(worker.service.wait_until_held());
  const TestListener::Address address = worker.listener.address();
  worker.listener.close();
  worker.process.signal(SIGTERM);
  ASSERT_TRUE(worker.process.wait_until(
      [](const auto& slot) { return slot.state == shared::WorkerState::draining; }));

  EXPECT_TRUE(worker.process.wait_until([&](const auto&) { return !address.answers(); }));

  worker.service.let_go();
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Drain, WhatIsNotDoneAtTheGracefulTimeoutIsCutOff) {
  shared::WorkerSettings settings;
  settings.graceful_timeout = milliseconds(50);
  ServedWorker worker(settings);
  RawClient client = worker.connect();
  client.send(RawClient::post_request("/hold", "x"));
  ASSERT_TRUE(worker.service.wait_until_held());

  worker.process.signal(SIGTERM);

  EXPECT_EQ(worker.process.wait_for_exit(), 0);
  EXPECT_EQ(client.receive().status, 0);
}

/// One client that keeps its connection, and opens another when told that this one closes.
/// Returns the number of requests that got no answer.
int failures_of_keep_alive_client(const TestListener& listener, const std::atomic<bool>& stop,
                                  std::atomic<int>& answered) {
  int failures = 0;
  RawClient client = listener.connect();
  while (!stop) {
    client.send(RawClient::post_request("/echo", "x"));
    const Reply reply = client.receive();
    reply.status == 200 ? void(++answered) : void(++failures);
    if (reply.status == 0 || reply.header("Connection") == "close") client = listener.connect();
  }
  return failures;
}

TEST(Drain, NoRequestFailsWhenASuccessorTakesOverUnderKeepAliveLoad) {
  ServedWorker worker;
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0}, failed{0};
  std::vector<std::jthread> clients;
  WorkerProcess successor(worker.service, worker.listener, worker.scoreboard, {}, 1);
  ASSERT_TRUE(successor.wait_until_ready());
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back(
        [&] { failed += failures_of_keep_alive_client(worker.listener, stop, answered); });
  }
  ASSERT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.requests > 100; }));

  worker.process.signal(SIGTERM);
  EXPECT_EQ(worker.process.wait_for_exit(), 0);
  const auto before = worker.scoreboard[1].requests.load();
  EXPECT_TRUE(successor.wait_until([&](const auto& slot) { return slot.requests > before + 500; }));
  stop = true;
  clients.clear();

  EXPECT_EQ(failed, 0);
  EXPECT_GT(answered, 600);
}

class StopAtOnce : public testing::TestWithParam<int> {};

TEST_P(StopAtOnce, EndsWithoutWaitingForCallbacks) {
  ServedWorker worker;
  RawClient client = worker.connect();
  client.send(RawClient::post_request("/hold", "x"));
  ASSERT_TRUE(worker.service.wait_until_held());
  const auto start = steady_clock::now();

  worker.process.signal(GetParam());

  EXPECT_EQ(worker.process.wait_for_exit(), 0);
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5));
}

INSTANTIATE_TEST_SUITE_P(Signals, StopAtOnce, testing::Values(SIGINT, SIGQUIT));

TEST(Signals, HangUpAndUserSignalsAreIgnored) {
  ServedWorker worker;
  RawClient client = worker.connect();

  for (const int number : {SIGHUP, SIGUSR1, SIGPIPE}) worker.process.signal(number);

  EXPECT_EQ(client.get("/text").status, 200);
}

TEST(Master, AWorkerDoesNotOutliveIt) {
  ServedWorker worker;
  RawClient client = worker.connect();
  client.send(RawClient::post_request("/hold", "x"));
  ASSERT_TRUE(worker.service.wait_until_held());

  worker.process.close_channel();

  EXPECT_EQ(worker.process.wait_for_exit(), 1);
}

TEST(Master, TheHeartbeatGoesOnWhileACallbackHangs) {
  ServedWorker worker;
  RawClient client = worker.connect();
  client.send(RawClient::post_request("/hold", "x"));
  ASSERT_TRUE(worker.service.wait_until_held());

  const auto seen = worker.scoreboard[0].heartbeat_ns.load();

  EXPECT_TRUE(
      worker.process.wait_until([&](const auto& slot) { return slot.heartbeat_ns > seen; }));
}

}  // namespace
}  // namespace ekiden::test
