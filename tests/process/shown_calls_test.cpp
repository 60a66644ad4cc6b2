// SPDX-License-Identifier: MIT
// Which callbacks run where, as `ekiden ctl` and the status page show it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <ekiden/json.hpp>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class ShownCalls : public testing::Test {
 protected:
  std::string printed(const std::string& command) const {
    return run_tool({"ctl", command, "--control-socket", site_->control()}).text;
  }
  /// Those of all workers.
  std::vector<Json> calls() const {
    const Json workers = Json::parse(
        run_tool({"ctl", "workers", "--json", "--control-socket", site_->control()}).text);
    std::vector<Json> calls;
    for (const Json& worker : *workers["workers"].as_array()) {
      for (const Json& call : *worker["calls"].as_array()) calls.push_back(call);
    }
    return calls;
  }
  /// Waits until a call of that callback is in that state, and returns it.
  std::optional<Json> call_that_is(const std::string& state, const std::string& output) const {
    const auto deadline = std::chrono::steady_clock::now() + kServerPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      for (const Json& call : calls()) {
        if (call["state"] == Json(state) && call["callback"] == Json(output + ".children")) {
          return call;
        }
      }
    }
    return std::nullopt;
  }
  bool nothing_is_shown() const {
    const auto deadline = std::chrono::steady_clock::now() + kServerPatience;
    while (!calls().empty()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }
  void start(std::vector<std::string> arguments) {
    site_.emplace("slow", std::move(arguments));
    site_->server.wait_for("ready: ");
  }

  std::optional<Site> site_;
};

TEST_F(ShownCalls, NameWhatRunsAndForHowLong) {
  start({"--workers", "2"});
  RunningCallback running(*site_);

  const auto call = call_that_is("running", "pipe");

  ASSERT_TRUE(call);
  EXPECT_EQ(call->as_object()->size(), 5U);
  EXPECT_EQ((*call)["thread"], Json(0));
  EXPECT_GE((*call)["age_s"].as_number().value(), 0);
  EXPECT_LT((*call)["age_s"].as_number().value(), 20);
  EXPECT_LT((*call)["queued_s"].as_number().value(), 20);
  EXPECT_EQ(calls().size(), 1U);
  EXPECT_GE(call_that_is("running", "pipe").value()["age_s"].as_number().value(),
            (*call)["age_s"].as_number().value());
  EXPECT_THAT(printed("top"), ContainsRegex("0 +running +pipe\\.children\n"));
  EXPECT_THAT(printed("workers"), ContainsRegex("0 +running +pipe\\.children\n"));

  EXPECT_THAT(printed("status"),
              ContainsRegex("longest call +pipe\\.children in worker [12] for [0-9.]+ m?s\n"));

  running.finish();
  EXPECT_TRUE(nothing_is_shown());
}

TEST_F(ShownCalls, NameWhatIsQueuedAndCountTheRest) {
  start({});
  RunningCallback running(*site_);
  std::vector<RawClient> queued;
  for (int i = 0; i < 10; ++i) {
    queued.push_back(site_->connect());
    queued.back().send(Site::callback_request("echo", "x"));
  }

  const auto call = call_that_is("queued", "echo");

  ASSERT_TRUE(call);
  EXPECT_TRUE((*call)["thread"].is_null());
  const auto deadline = std::chrono::steady_clock::now() + kServerPatience;
  std::string text;
  while (text.find("and 2 more queued\n") == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << text;
    text = printed("workers");
  }
  EXPECT_THAT(text, ContainsRegex("- +queued +echo\\.children\n"));

  running.finish();
  for (RawClient& client : queued) EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(nothing_is_shown());
}

TEST_F(ShownCalls, SayWhoWaitsForAnothersComputation) {
  start({"--threads", "2"});
  const std::string path = site_->folder.path() / "line";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  RawClient leader = site_->connect(), follower = site_->connect();
  leader.send(Site::callback_request("shared", path));
  site_->server.wait_for("computes a line");
  follower.send(Site::callback_request("shared", path));

  EXPECT_TRUE(call_that_is("waiting", "shared"));
  EXPECT_TRUE(call_that_is("running", "shared"));

  std::ofstream(path) << "done\n";
  EXPECT_THAT(leader.receive().body, HasSubstr("done"));
  EXPECT_THAT(follower.receive().body, HasSubstr("done"));
  EXPECT_TRUE(nothing_is_shown());
}

TEST_F(ShownCalls, EndWithTheirWorker) {
  start({});
  RunningCallback running(*site_);
  ASSERT_TRUE(call_that_is("running", "pipe"));

  kill(site_->server.ready_worker(1), SIGKILL);

  site_->server.ready_worker(1, 2);
  EXPECT_TRUE(nothing_is_shown());
}

TEST_F(ShownCalls, AreOnTheStatusPage) {
  const worker::test::TemporaryFolder folder;
  const std::string admin = folder.path() / "admin";
  start({"--admin-bind", "unix:" + admin});
  RunningCallback running(*site_);
  ASSERT_TRUE(call_that_is("running", "pipe"));

  EXPECT_THAT(connect_to(admin).get("/status").body,
              HasSubstr("<td>pipe.children</td><td>1</td><td>running</td>"));
}

}  // namespace
}  // namespace ekiden::test
