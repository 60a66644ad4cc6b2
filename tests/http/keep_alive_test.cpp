// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include "tests/http/raw_client.hpp"
#include "tests/http/stand_in_service.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

TEST(KeepAlive, ManyRequestsUseOneConnection) {
  ServedWorker worker;
  RawClient client = worker.connect();

  for (int i = 0; i < 100; ++i) {
    client.send(RawClient::post_request("/echo", "request " + std::to_string(i)));
    EXPECT_EQ(client.receive().body, "request " + std::to_string(i));
  }

  EXPECT_EQ(worker.scoreboard[0].accepted, 1u);
  EXPECT_EQ(worker.scoreboard[0].requests, 100u);
}

TEST(KeepAlive, ThreePipelinedRequestsAreAnsweredInOrder) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send(RawClient::post_request("/echo", "first") + RawClient::get_request("/text") +
              RawClient::post_request("/echo", "third", "Connection: close\r\n"));
  const std::string stream = client.receive_all();

  EXPECT_THAT(statuses(stream), ElementsAre(200, 200, 200));
  const auto first = stream.find("first"), second = stream.find("text", first);
  EXPECT_LT(first, second);
  EXPECT_LT(second, stream.find("third"));
}

TEST(KeepAlive, PipelinedRequestsAreAnsweredAfterTheClientShutItsSideDown) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send(RawClient::get_request("/text") + RawClient::post_request("/echo", "b") +
              RawClient::post_request("/echo", "c"));
  client.shut_down_sending();

  EXPECT_THAT(statuses(client.receive_all()), ElementsAre(200, 200, 200));
}

TEST(KeepAlive, Http10ClosesUnlessAsked) {
  ServedWorker worker;
  RawClient closing = worker.connect(), keeping = worker.connect();

  closing.send("GET /text HTTP/1.0\r\n\r\n");
  keeping.send("GET /text HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");

  EXPECT_THAT(closing.receive_all(), HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(closing.end(), RawClient::End::closed);
  EXPECT_EQ(keeping.receive().header("Connection"), "keep-alive");
  keeping.send("GET /text HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(keeping.receive().body, "text");
}

TEST(KeepAlive, ConnectionCloseIsHonouredAmongOtherOptions) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send(RawClient::get_request("/text", "Connection: foo, Close\r\n"));

  EXPECT_THAT(statuses(client.receive_all()), ElementsAre(200));
  EXPECT_EQ(client.end(), RawClient::End::closed);
}

TEST(KeepAlive, HeadGivesTheLengthButNoBody) {
  ServedWorker worker;
  RawClient client = worker.connect();

  client.send("HEAD /big HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = client.receive(true);

  EXPECT_EQ(reply.header("Content-Length"), std::to_string(kBigBytes));
  EXPECT_EQ(client.get("/text").body, "text");
}

TEST(KeepAlive, NoContentHasNeitherLengthNorBody) {
  ServedWorker worker;
  RawClient client = worker.connect();

  const Reply reply = client.get("/empty");

  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header("Content-Length"), "");
  EXPECT_EQ(client.get("/text").status, 200);
}

TEST(KeepAlive, RepliesCarryTheDate) {
  ServedWorker worker;
  RawClient client = worker.connect();

  EXPECT_THAT(client.get("/text").header("Date"),
              MatchesRegex("[A-Z][a-z]+, [0-9]+ [A-Z][a-z]+ 20[0-9]+ [0-9:]+ GMT"));
}

TEST(KeepAlive, LargeStaticRepliesArriveWhole) {
  ServedWorker worker;
  RawClient client = worker.connect();

  EXPECT_EQ(client.get("/big").body, std::string(kBigBytes, 'b'));
  EXPECT_EQ(client.get("/text").body, "text");
}

TEST(KeepAlive, RepliesOfAnySizeArriveWhole) {
  ServedWorker worker;
  RawClient client = worker.connect();

  for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 100'000U}) {
    const std::string body(size, static_cast<char>('a' + size % 26));
    client.send(RawClient::post_request("/echo", body));
    EXPECT_EQ(client.receive().body, body) << size;
  }
}

TEST(KeepAlive, UnixSocketsServeAsWell) {
  ServedWorker worker({}, TestListener::Kind::unix_path);
  RawClient client = worker.connect();

  EXPECT_EQ(client.get("/text").body, "text");
  client.send(RawClient::post_request("/echo", "over a path"));
  EXPECT_EQ(client.receive().body, "over a path");
}

TEST(KeepAlive, IdleConnectionsAreClosedInSilence) {
  shared::WorkerSettings settings;
  settings.keep_alive = std::chrono::milliseconds(20);
  ServedWorker worker(settings);
  RawClient client = worker.connect();

  EXPECT_EQ(client.get("/text").status, 200);

  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(client.end(), RawClient::End::closed);
}

}  // namespace
}  // namespace ekiden::test
