// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <signal.h>

#include <string>

#include "tests/http/full_worker.hpp"

namespace ekiden::test {
namespace {

using HandOver = FullWorker;

TEST_F(HandOver, ARequestThatWaitsIsAnsweredByASiblingThatHasAFreeThread) {
  waiting_.send(RawClient::post_request("/echo", "mine"));

  EXPECT_EQ(waiting_.receive().body, "mine");
  EXPECT_TRUE(passed(1));
  EXPECT_EQ(scoreboard_[1].callbacks, 1U);
  EXPECT_EQ(waiting_.get("/text").body, "text") << "the connection is the sibling's now";
  EXPECT_TRUE(first_.wait_until([](const auto& slot) { return slot.connections == 1; }));
  EXPECT_EQ(scoreboard_[0].requests + scoreboard_[1].requests, 5U) << "each counted once";
  let_the_first_go();
}

TEST_F(HandOver, WhatWasReadBehindTheRequestGoesAlong) {
  waiting_.send(RawClient::post_request("/echo", "one") + RawClient::post_request("/echo", "two") +
                RawClient::get_request("/text"));

  EXPECT_EQ(waiting_.receive().body, "one");
  EXPECT_EQ(waiting_.receive().body, "two");
  EXPECT_EQ(waiting_.receive().body, "text");
  let_the_first_go();
}

TEST_F(HandOver, TheSiblingKnowsTheClientThatAProxySpeaksFor) {
  waiting_.send(RawClient::post_request("/client", "",
                                        "X-Forwarded-For: 192.0.2.1\r\nX-Request-Id: trace-1\r\n"
                                        "X-Forwarded-Proto: https\r\nX-Forwarded-Host: dash\r\n"));

  const Reply reply = waiting_.receive();
  EXPECT_EQ(reply.body, "192.0.2.1|https|dash");
  EXPECT_EQ(reply.header("X-Request-Id"), "trace-1");
  EXPECT_TRUE(passed(1));
  let_the_first_go();
}

TEST_F(HandOver, ABodyInChunksIsTheSameForTheSibling) {
  waiting_.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: no\r\n\r\n");
  EXPECT_EQ(waiting_.receive().body, "abcde");
  EXPECT_TRUE(passed(1));
  let_the_first_go();
}

TEST_F(HandOver, AnEmptyBodyInChunksToo) {
  waiting_.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

  EXPECT_EQ(waiting_.receive().status, 200);
  EXPECT_TRUE(passed(1));
  let_the_first_go();
}

TEST_F(HandOver, ALargeBodyGoesAlong) {
  std::string body(3U << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 4096)
    body[i] = static_cast<char>('a' + i / 4096 % 26);

  waiting_.send(RawClient::post_request("/echo", body));

  EXPECT_TRUE(waiting_.receive().body == body);
  EXPECT_TRUE(passed(1));
  let_the_first_go();
}

TEST_F(HandOver, IsTakenBackFromASiblingThatHangs) {
  second_->stop();
  waiting_.send(RawClient::post_request("/echo", "mine"));
  EXPECT_TRUE(first_.wait_until([](const auto& slot) { return slot.offers[0] != 0; }));
  EXPECT_TRUE(first_.wait_until([](const auto& slot) { return slot.offers[0] == 0; }));

  let_the_first_go();
  EXPECT_EQ(waiting_.receive().body, "mine");
  second_->signal(SIGCONT);
  EXPECT_EQ(waiting_.get("/text").body, "text") << "and nobody else answers it";
  EXPECT_EQ(scoreboard_[0].passed, 0U);
}

TEST_F(HandOver, IsTakenBackFromASiblingThatDied) {
  second_->stop();
  waiting_.send(RawClient::post_request("/echo", "mine"));
  EXPECT_TRUE(first_.wait_until([](const auto& slot) { return slot.offers[0] != 0; }));
  second_->signal(SIGKILL);

  let_the_first_go();
  EXPECT_EQ(waiting_.receive().body, "mine");
}

TEST_F(HandOver, DoesNotHappenWhileEveryThreadIsBusy) {
  RawClient other = listener_.connect();
  other.send(RawClient::post_request("/hold", "other"));
  ASSERT_TRUE(service_.wait_until_held());
  // Had the first worker accepted it, it would be the second's by now all the same.
  const std::uint64_t before = scoreboard_[0].accepted == 3U ? 1 : 0;
  ASSERT_TRUE(passed(before));
  waiting_.send(RawClient::post_request("/echo", "mine"));

  EXPECT_EQ(scoreboard_[0].passed, before);
  service_.let_go();
  let_the_first_go();
  EXPECT_EQ(waiting_.receive().body, "mine");
  EXPECT_EQ(other.receive().body, "other");
}

TEST_F(HandOver, AClientThatLeavesMeanwhileHarmsNobody) {
  for (int i = 0; i < 20; ++i) {
    RawClient client = listener_.connect();
    client.send(RawClient::post_request("/echo", "gone"));
    client.hang_up();
  }
  waiting_.send(RawClient::post_request("/echo", "mine"));

  EXPECT_EQ(waiting_.receive().body, "mine");
  let_the_first_go();
}

}  // namespace
}  // namespace ekiden::test
