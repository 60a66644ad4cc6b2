// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "tests/http/raw_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kChunkedHead =
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n";

std::string echoed(ServedWorker& worker, const std::string& request) {
  RawClient client = worker.connect();
  client.send(request);
  return client.receive().body;
}

TEST(Body, ArrivesWholeWhenSentByteByByte) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send_bytewise(RawClient::post_request("/show?a=%20b", "body", "X-Long: value\r\n"));

  EXPECT_EQ(client.receive().body, "2|/show|a=%20b|test|body");
}

TEST(Body, ArrivesWholeWhenSplitAnywhere) {
  ServedWorker worker;
  const std::string request = RawClient::post_request("/show", "a body\r\n\r\n");
  RawClient client = worker.connect();

  for (std::size_t at = 1; at < request.size(); ++at) {
    client.send(request.substr(0, at));
    client.send(request.substr(at));
    EXPECT_EQ(client.receive().body, "2|/show||test|a body\r\n\r\n") << "split at " << at;
  }
}

TEST(Body, ChunksAreJoined) {
  ServedWorker worker;

  EXPECT_EQ(echoed(worker, kChunkedHead + std::string("5\r\nhello\r\n1;x=y\r\n \r\n00A\r\n"
                                                      "0123456789\r\n0\r\n\r\n")),
            "hello 0123456789");
}

TEST(Body, ChunksMayArriveByteByByteAndBeFollowedByARequest) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send_bytewise(kChunkedHead + std::string("5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n") +
                       RawClient::get_request("/text"));

  EXPECT_EQ(client.receive().body, "hello");
  EXPECT_EQ(client.receive().body, "text");
}

TEST(Body, TrailersAreLimitedInNumber) {
  shared::WorkerSettings settings;
  settings.max_header_count = 10;
  ServedWorker worker(settings);
  RawClient within = worker.connect(), beyond = worker.connect();
  const auto trailers = [](int count) {
    std::string fields;
    for (int i = 0; i < count; ++i) fields += "X: y\r\n";
    return "0\r\n" + fields + "\r\n";
  };

  within.send(kChunkedHead + trailers(10));
  beyond.send(kChunkedHead + trailers(11));

  EXPECT_EQ(within.receive().status, 200);
  EXPECT_THAT(statuses(beyond.receive_all()), ElementsAre(431));
}

TEST(Body, LargeBodiesPassUnchanged) {
  ServedWorker worker;
  std::string body(5U << 20, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7919 >> 5);

  EXPECT_EQ(echoed(worker, RawClient::post_request("/echo", body)), body);
}

TEST(Body, ContinueIsSentToAClientThatWaitsForIt) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("late");

  EXPECT_EQ(client.receive().body, "late");
}

TEST(Body, ContinueIsNotSentToAClientThatDoesNotWait) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send(RawClient::post_request("/echo", "now", "Expect: 100-continue\r\n"));

  EXPECT_EQ(client.receive().status, 200);
}

TEST(Body, ContinueIsNotSentForABodyThatIsRefused) {
  shared::WorkerSettings settings;
  settings.max_body_bytes = 10;
  ServedWorker worker(settings);
  RawClient client = worker.connect();

  client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");

  EXPECT_THAT(statuses(client.receive_all()), ElementsAre(413));
}

TEST(Body, AbsoluteTargetsReplaceTheHost) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send("GET http://real:8050?q=1 HTTP/1.1\r\nHost: other\r\n\r\n");
  EXPECT_EQ(client.receive().status, 404);
  client.send("GET HTTP://real:8050/show?q=1 HTTP/1.1\r\nHost: other\r\n\r\n");

  EXPECT_EQ(client.receive().body, "0|/show|q=1|real:8050|");
}

TEST(Body, OneEmptyLineBeforeARequestIsForgiven) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send(RawClient::get_request("/text") + "\r\n" + RawClient::get_request("/text"));

  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(client.receive().status, 200);
}

}  // namespace
}  // namespace ekiden::test
