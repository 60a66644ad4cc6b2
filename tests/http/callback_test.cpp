// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "tests/http/raw_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

shared::WorkerSettings with_threads(std::uint32_t threads) {
  shared::WorkerSettings settings;
  settings.threads = threads;
  return settings;
}

std::string hold(const std::string& body) { return RawClient::post_request("/hold", body); }

TEST(Callback, CheapRequestsAreAnsweredWhileAllThreadsAreBusy) {
  ServedWorker worker(with_threads(1));
  RawClient slow = worker.connect(), cheap = worker.connect();
  slow.send(hold("slow"));
  ASSERT_TRUE(worker.service.wait_until_held());

  EXPECT_EQ(cheap.get("/text").body, "text");
  EXPECT_TRUE(slow.is_quiet());

  worker.service.let_go();
  EXPECT_EQ(slow.receive().body, "slow");
}

TEST(Callback, AsManyRunAtOnceAsThereAreThreads) {
  ServedWorker worker(with_threads(2));
  RawClient first = worker.connect(), second = worker.connect(), third = worker.connect();

  first.send(hold("1"));
  second.send(hold("2"));
  ASSERT_TRUE(worker.service.wait_until_held());
  ASSERT_TRUE(worker.service.wait_until_held());
  third.send(hold("3"));
  ASSERT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.busy == 3; }));
  EXPECT_EQ(worker.service.begun(), 2);

  worker.service.let_go();
  EXPECT_TRUE(worker.service.wait_until_held());
}

TEST(Callback, BeyondTheQueueLimitTheClientIsToldToComeBack) {
  shared::WorkerSettings settings = with_threads(1);
  settings.queue_limit = 1;
  ServedWorker worker(settings);
  RawClient running = worker.connect(), queued = worker.connect(), refused = worker.connect();
  running.send(hold("running"));
  ASSERT_TRUE(worker.service.wait_until_held());
  queued.send(RawClient::post_request("/echo", "queued"));
  ASSERT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.busy == 2; }));

  refused.send(RawClient::post_request("/echo", "refused"));
  const Reply reply = refused.receive();

  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.header("Retry-After"), "1");
  EXPECT_EQ(refused.get("/text").status, 200);
  worker.service.let_go();
  EXPECT_EQ(queued.receive().body, "queued");
}

TEST(Callback, AClientThatLeavesTakesItsQueuedCallbackAlong) {
  ServedWorker worker(with_threads(1));
  RawClient running = worker.connect(), leaving = worker.connect(), staying = worker.connect();
  running.send(hold("running"));
  ASSERT_TRUE(worker.service.wait_until_held());
  leaving.send(RawClient::post_request("/echo", "leaving"));
  staying.send(RawClient::post_request("/echo", "staying"));
  ASSERT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.busy == 3; }));

  leaving.hang_up();
  ASSERT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.busy == 2; }));
  worker.service.let_go();

  EXPECT_EQ(staying.receive().body, "staying");
  EXPECT_EQ(worker.service.begun(), 2);
}

TEST(Callback, ARunningCallbackOutlivesItsClient) {
  ServedWorker worker(with_threads(1));
  RawClient leaving = worker.connect(), staying = worker.connect();
  leaving.send(hold("leaving"));
  ASSERT_TRUE(worker.service.wait_until_held());
  leaving.hang_up();
  staying.send(RawClient::post_request("/echo", "staying"));

  worker.service.let_go();

  EXPECT_EQ(staying.receive().body, "staying");
  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.connections == 1; }));
}

TEST(Callback, ARunningCallbackIsToldThatItsClientHasGone) {
  ServedWorker worker(with_threads(1));
  RawClient leaving = worker.connect();
  leaving.send(RawClient::post_request("/watch", "x"));
  ASSERT_TRUE(worker.service.wait_until_held());

  leaving.hang_up();
  EXPECT_TRUE(worker.service.wait_until_held());
}

shared::WorkerSettings with_deadline(std::chrono::milliseconds limit) {
  shared::WorkerSettings settings = with_threads(1);
  settings.request_timeout = limit;
  return settings;
}

TEST(Callback, BeyondItsTimeTheClientGetsAnotherAnswerAndTheConnectionEnds) {
  ServedWorker worker(with_deadline(std::chrono::milliseconds(100)));
  RawClient client = worker.connect(), next = worker.connect();
  client.send(hold("late") + RawClient::get_request("/text"));
  ASSERT_TRUE(worker.service.wait_until_held());

  const Reply reply = client.receive();

  EXPECT_EQ(reply.status, 504);
  EXPECT_EQ(reply.body, "late");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_EQ(client.receive_all(), "");
  worker.service.let_go();
  EXPECT_EQ(next.get("/text").body, "text");
}

TEST(Callback, BeyondItsTimeAQueuedOneIsNotRun) {
  ServedWorker worker(with_deadline(std::chrono::milliseconds(100)));
  RawClient running = worker.connect(), queued = worker.connect();
  running.send(hold("running"));
  ASSERT_TRUE(worker.service.wait_until_held());
  queued.send(RawClient::post_request("/echo", "queued"));

  EXPECT_EQ(running.receive().status, 504);
  EXPECT_EQ(queued.receive().status, 504);

  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.busy == 1; }));
  worker.service.let_go();
  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.busy == 0; }));
  EXPECT_EQ(worker.service.begun(), 1);
}

TEST(Callback, BeyondItsTimeARunningOneIsTold) {
  ServedWorker worker(with_deadline(std::chrono::milliseconds(100)));
  RawClient client = worker.connect();
  client.send(RawClient::post_request("/watch", "x"));
  ASSERT_TRUE(worker.service.wait_until_held());

  EXPECT_EQ(client.receive().status, 504);
  EXPECT_TRUE(worker.service.wait_until_held());
}

TEST(Callback, TheDeadlineOfOneIsNotThatOfTheNextOnItsConnection) {
  ServedWorker worker(with_deadline(std::chrono::seconds(20)));
  RawClient client = worker.connect();

  for (const char* body : {"1", "2", "3"}) {
    client.send(RawClient::post_request("/echo", body));
    EXPECT_EQ(client.receive().body, body);
  }
}

TEST(Callback, AHalfClosedClientStillGetsItsAnswer) {
  ServedWorker worker(with_threads(1));
  RawClient client = worker.connect();
  client.send(hold("answer"));
  ASSERT_TRUE(worker.service.wait_until_held());

  client.shut_down_sending();
  worker.service.let_go();

  EXPECT_EQ(client.receive().body, "answer");
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(client.end(), RawClient::End::closed);
}

TEST(Callback, RequestsSentAheadWaitForTheRunningOne) {
  ServedWorker worker(with_threads(2));
  RawClient client = worker.connect();
  client.send(hold("first") + RawClient::get_request("/text"));
  ASSERT_TRUE(worker.service.wait_until_held());
  EXPECT_TRUE(client.is_quiet());

  worker.service.let_go();

  EXPECT_EQ(client.receive().body, "first");
  EXPECT_EQ(client.receive().body, "text");
}

}  // namespace
}  // namespace ekiden::test
