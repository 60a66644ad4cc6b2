// SPDX-License-Identifier: MIT
// --max-requests and --max-worker-memory, by the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST(MaxRequests, ReplacesTheWorkerWithoutLosingARequest) {
  Site site("steady", {"--max-requests", "3"});
  const std::string first = std::to_string(site.server.ready_worker(1));
  site.server.wait_for("ready: 1 worker");

  int asked = 0, answered = 0;
  RawClient kept = site.connect();
  while (site.server.count("worker 1 (" + first + ") has left") == 0) {
    const Reply reply = kept.get("/_dash-layout");
    if (reply.header("Connection") == "close") kept = site.connect();
    RawClient client = site.connect();
    client.send(Site::callback_request("echo", "x"));
    answered += (reply.status == 200) + (client.receive().status == 200);
    asked += 2;
    ASSERT_EQ(asked, answered);
  }

  EXPECT_THAT(site.server.wait_for("will be replaced"),
              HasSubstr("it has had its 3 requests (--max-requests)"));
  EXPECT_EQ(site.server.count("died"), 0);
  EXPECT_GE(asked, 4);
}

TEST(MaxRequests, ZeroMeansAnyNumber) {
  Site site("steady", {"--max-requests", "0"});
  site.server.wait_for("ready: 1 worker");
  RawClient client = site.connect();

  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.get("/_dash-layout").status, 200);

  EXPECT_EQ(site.server.count("will be replaced"), 0);
}

TEST(MaxWorkerMemory, ReplacesAWorkerThatHasGrown) {
  Site site("grows", {"--max-worker-memory", "32M"});
  const std::string first = std::to_string(site.server.ready_worker(1));
  site.server.wait_for("ready: 1 worker");
  RawClient client = site.connect();
  client.send(Site::callback_request("grow", "48"));
  EXPECT_THAT(client.receive().body, HasSubstr("48"));

  EXPECT_THAT(site.server.wait_for("worker 1 (" + first + ") will be replaced"),
              MatchesRegex(R"(.*: it has [4-9][0-9]\.[0-9]M of memory of its own, )"
                           R"(--max-worker-memory is 32\.0M)"));

  EXPECT_NE(std::to_string(site.server.ready_worker(1, 2)), first);
  site.server.wait_for("worker 1 (" + first + ") has left");
}

}  // namespace
}  // namespace ekiden::test
