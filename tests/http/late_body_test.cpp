// SPDX-License-Identifier: MIT
// Bodies of which a part is encoded while they are sent.
#include <gmock/gmock.h>

#include "tests/http/raw_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {
namespace {

bool has_let_go(const ServedWorker& worker, int times) {
  return worker.process.wait_until(
      [&](const auto&) { return worker.service.arrays_gone() == times; });
}

TEST(LateBody, IsSentWholeAndTheConnectionStays) {
  ServedWorker worker;
  RawClient client = worker.connect();
  const std::string expected = StandInService::late_body();

  for (int i = 1; i <= 3; ++i) {
    const Reply reply = client.get("/late");
    EXPECT_EQ(reply.header("Content-Length"), std::to_string(expected.size()));
    EXPECT_TRUE(reply.body == expected);  // not EXPECT_EQ, which would print 16 MB
    EXPECT_EQ(client.get("/text").body, "text");
    EXPECT_TRUE(has_let_go(worker, i));
  }
}

TEST(LateBody, IsHeldUntilTheClientHasTakenIt) {
  ServedWorker worker;
  RawClient slow = worker.connect(), other = worker.connect();
  slow.send(RawClient::get_request("/late"));

  EXPECT_EQ(other.get("/text").body, "text");
  EXPECT_EQ(worker.service.arrays_gone(), 0);

  EXPECT_TRUE(slow.receive().body == StandInService::late_body());
  EXPECT_TRUE(has_let_go(worker, 1));
}

TEST(LateBody, IsLetGoWhenTheClientHangsUp) {
  ServedWorker worker;
  RawClient leaving = worker.connect();
  leaving.send(RawClient::get_request("/late"));
  ASSERT_TRUE(worker.process.wait_until([](const auto& slot) { return slot.requests == 1; }));

  leaving.hang_up();

  EXPECT_TRUE(has_let_go(worker, 1));
}

TEST(LateBody, HeadHasItsLengthAndNothingOfIt) {
  ServedWorker worker;
  RawClient client = worker.connect();
  client.send("HEAD /late HTTP/1.1\r\nHost: x\r\n\r\n");

  const Reply reply = client.receive(true);

  EXPECT_EQ(reply.header("Content-Length"), std::to_string(StandInService::late_body().size()));
  EXPECT_EQ(client.get("/text").body, "text");
  EXPECT_TRUE(has_let_go(worker, 1));
}

}  // namespace
}  // namespace ekiden::test
