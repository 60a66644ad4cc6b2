// SPDX-License-Identifier: MIT
// Callbacks that have proved short, on the thread that polls.
#include <gmock/gmock.h>

#include <chrono>
#include <string>

#include "tests/http/raw_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

shared::WorkerSettings with_limit(std::chrono::microseconds limit) {
  shared::WorkerSettings settings;
  settings.short_callback = limit;
  return settings;
}

/// Long enough for a machine that does much else.
constexpr std::chrono::microseconds kAnyTime = 1s;

std::string thread_of(RawClient& client) {
  client.send(RawClient::post_request("/quick", "thread"));
  return client.receive().body;
}

/// Calls until another thread answers than the one that did at first. Empty if none does.
std::string proven(RawClient& client) {
  const std::string first = thread_of(client);
  for (const auto end = Clock::now() + kPatience; Clock::now() < end;) {
    if (const std::string now = thread_of(client); now != first) return now;
  }
  return {};
}

TEST(InlineRuns, ACallbackThatHasProvedShortRunsOnThePollingThread) {
  ServedWorker worker(with_limit(kAnyTime));
  RawClient client = worker.connect(), other = worker.connect();

  const std::string polling = proven(client);

  EXPECT_NE(polling, "");
  EXPECT_EQ(thread_of(other), polling);
  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.callbacks > 16; }));
}

TEST(InlineRuns, WithoutALimitNoCallbackDoes) {
  ServedWorker worker(with_limit(0us));
  RawClient client = worker.connect();
  const std::string first = thread_of(client);

  for (int i = 0; i < 100; ++i) ASSERT_EQ(thread_of(client), first);
}

TEST(InlineRuns, OneThatHoldsThePollingThreadHoldsUpNobodyElse) {
  ServedWorker worker(with_limit(kAnyTime));
  RawClient client = worker.connect(), other = worker.connect();
  const std::string polling = proven(client);
  client.send(RawClient::post_request("/quick", "hold"));
  ASSERT_TRUE(worker.service.wait_until_held());

  EXPECT_EQ(other.get("/text").body, "text");
  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.busy == 1; }));
  worker.service.let_go();

  EXPECT_EQ(client.receive().body, polling);
  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.busy == 0; }));
  EXPECT_NE(thread_of(other), polling) << "it must prove itself again";
}

TEST(InlineRuns, OneThatHoldsThePollingThreadIsTimedOut) {
  shared::WorkerSettings settings = with_limit(kAnyTime);
  settings.request_timeout = 100ms;
  ServedWorker worker(settings);
  RawClient client = worker.connect();
  ASSERT_NE(proven(client), "");

  client.send(RawClient::post_request("/quick", "hold"));
  ASSERT_TRUE(worker.service.wait_until_held());

  EXPECT_EQ(client.receive().status, 504);
  worker.service.let_go();
  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.busy == 0; }));
}

TEST(InlineRuns, NoMoreCallbacksRunAtOnceThanThereAreThreads) {
  ServedWorker worker(with_limit(kAnyTime));
  RawClient client = worker.connect(), holding = worker.connect();
  ASSERT_NE(proven(client), "");
  holding.send(RawClient::post_request("/hold", "x"));
  ASSERT_TRUE(worker.service.wait_until_held());

  client.send(RawClient::post_request("/quick", "thread"));
  EXPECT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.busy == 2; }));

  worker.service.let_go();
  EXPECT_EQ(holding.receive().body, "x");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(InlineRuns, AWorkerWhosePollingThreadWasHeldStillDrains) {
  shared::WorkerSettings settings = with_limit(kAnyTime);
  settings.graceful_timeout = 100ms;
  ServedWorker worker(settings);
  RawClient client = worker.connect();
  ASSERT_NE(proven(client), "");
  client.send(RawClient::post_request("/quick", "hold"));
  ASSERT_TRUE(worker.service.wait_until_held());

  worker.process.signal(SIGTERM);

  EXPECT_EQ(worker.process.wait_for_exit(), 0);
}

}  // namespace
}  // namespace ekiden::test
