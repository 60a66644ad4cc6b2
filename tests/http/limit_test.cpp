// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "tests/http/raw_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using std::chrono::milliseconds;

shared::WorkerSettings small_limits() {
  shared::WorkerSettings settings;
  settings.max_request_line = 100;
  settings.max_header_bytes = 1000;
  settings.max_header_count = 5;
  settings.max_body_bytes = 1000;
  return settings;
}

std::vector<int> answers(ServedWorker& worker, const std::string& request) {
  RawClient client = worker.connect();
  client.send(request);
  return statuses(client.receive_all());
}

/// A request line of exactly `length` bytes, with or without its line end.
std::string request_line(std::size_t length) {
  return "GET /" + std::string(length - 14, 'x') + " HTTP/1.1";
}

TEST(Limit, ARequestLineMayBeAsLongAsTheLimit) {
  ServedWorker worker(small_limits());

  EXPECT_THAT(answers(worker, request_line(100) + "\r\nHost: x\r\nConnection: close\r\n\r\n"),
              ElementsAre(404));
  EXPECT_THAT(answers(worker, request_line(101) + "\r\nHost: x\r\n\r\n"), ElementsAre(414));
}

TEST(Limit, ARequestLineWithoutEndIsRefusedAtTheLimit) {
  ServedWorker worker(small_limits());

  EXPECT_THAT(answers(worker, "GET /" + std::string(200, 'x')), ElementsAre(414));
}

TEST(Limit, TooLargeAHeadIsRefusedBeforeItsEnd) {
  ServedWorker worker(small_limits());

  EXPECT_THAT(answers(worker, "GET / HTTP/1.1\r\nX: " + std::string(1000, 'x')), ElementsAre(431));
}

TEST(Limit, TooManyFieldsAreRefused) {
  ServedWorker worker(small_limits());
  const std::string four = "A: 1\r\nB: 2\r\nC: 3\r\nConnection: close\r\n";

  EXPECT_THAT(answers(worker, RawClient::get_request("/text", four)), ElementsAre(200));
  EXPECT_THAT(answers(worker, RawClient::get_request("/text", four + "D: 4\r\n")),
              ElementsAre(431));
}

TEST(Limit, ATooLargeDeclaredBodyIsRefusedBeforeItIsSent) {
  ServedWorker worker(small_limits());

  EXPECT_THAT(answers(worker, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"),
              ElementsAre(413));
}

TEST(Limit, AClientThatSendsItsTooLargeBodyStillGetsTheReason) {
  ServedWorker worker(small_limits());

  EXPECT_THAT(answers(worker, RawClient::post_request("/echo", std::string(40'000, 'x'))),
              ElementsAre(413));
}

TEST(Limit, ATooLargeChunkedBodyIsRefused) {
  ServedWorker worker(small_limits());
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string body;
  for (int i = 0; i < 11; ++i) body += "64\r\n" + std::string(100, 'x') + "\r\n";

  EXPECT_THAT(answers(worker, head + body), ElementsAre(413));
}

TEST(Limit, ASlowHeadIsRefusedAtItsDeadline) {
  shared::WorkerSettings settings;
  settings.header_timeout = milliseconds(30);
  ServedWorker worker(settings);

  EXPECT_THAT(answers(worker, "GET /text HTTP/1.1\r\nHost:"), ElementsAre(408));
}

TEST(Limit, ASlowBodyIsRefusedAtItsDeadline) {
  shared::WorkerSettings settings;
  settings.body_timeout = milliseconds(30);
  ServedWorker worker(settings);

  EXPECT_THAT(answers(worker, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"),
              ElementsAre(408));
}

TEST(Limit, AConnectionWithoutARequestIsClosedInSilence) {
  shared::WorkerSettings settings;
  settings.header_timeout = milliseconds(30);
  ServedWorker worker(settings);

  EXPECT_THAT(answers(worker, ""), IsEmpty());
}

TEST(Limit, AClientThatDoesNotReadItsAnswerIsCutOff) {
  shared::WorkerSettings settings;
  settings.write_timeout = milliseconds(30);
  ServedWorker worker(settings);
  RawClient client = worker.connect();

  client.send(RawClient::get_request("/big"));

  EXPECT_TRUE(worker.process.wait_until(
      [](const auto& slot) { return slot.requests == 1 && slot.connections == 0; }));
}

TEST(Limit, NoMoreConnectionsThanAllowedAreOpenAtOnce) {
  shared::WorkerSettings settings;
  settings.max_connections = 2;
  ServedWorker worker(settings);
  RawClient first = worker.connect(), second = worker.connect();
  EXPECT_EQ(first.get("/text").status, 200);
  EXPECT_EQ(second.get("/text").status, 200);

  RawClient third = worker.connect();
  third.send(RawClient::get_request("/text"));
  EXPECT_EQ(first.get("/text").status, 200);
  EXPECT_TRUE(third.is_quiet());
  EXPECT_EQ(worker.scoreboard[0].accepted, 2u);

  first.hang_up();
  EXPECT_EQ(third.receive().status, 200);
}

}  // namespace
}  // namespace ekiden::test
