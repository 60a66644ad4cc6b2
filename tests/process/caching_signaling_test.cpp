// SPDX-License-Identifier: MIT
// The guide's example 3 as built, with each place where results can be kept. What it computes is
// random in every process and takes five seconds: equal graphs come from one computation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <optional>

#include "tests/process/program.hpp"
#include "tests/shared/redis_server.hpp"

namespace ekiden::test {
namespace {

/// One of the servers of a test, which is a machine of its own.
class Machine {
 public:
  explicit Machine(std::vector<std::string> cache) : arguments_(std::move(cache)) {
    arguments_.insert(arguments_.end(), {"--workers", "3"});
    start();
  }

  void start() {
    site_.emplace("../../apps/caching_signaling", arguments_);
    site_->server.wait_for("ready: 3 workers");
  }
  void restart(int signal) {
    site_->server.send_signal(signal);
    EXPECT_TRUE(site_->server.wait_for_exit());
    start();
  }
  RunningServer& server() { return site_->server; }
  int computations() { return server().count("Computing value with"); }

  RawClient ask(const std::string& output, const std::string& property, const std::string& input) {
    RawClient client = site_->connect();
    client.send(RawClient::post_request("/_dash-update-component",
                                        R"({"output":")" + output + "." + property +
                                            R"(","outputs":{"id":")" + output +
                                            R"(","property":")" + property + R"("},"inputs":[{)" +
                                            input + R"(}],"changedPropIds":[],"state":[]})",
                                        "Content-Type: application/json\r\n"));
    return client;
  }
  RawClient ask_signal(const std::string& value) {
    return ask("signal", "children",
               R"("id":"dropdown","property":"value","value":")" + value + '"');
  }
  std::string figure(int graph, const std::string& value) {
    const Reply reply = ask("graph-" + std::to_string(graph), "figure",
                            R"("id":"signal","property":"children","value":")" + value + '"')
                            .receive();
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.body;
  }
  /// The numbers of a graph, as they are on the wire.
  std::string points(int graph, const std::string& value) {
    const std::string body = figure(graph, value);
    const std::size_t at = body.find("\"bdata\"");
    EXPECT_NE(at, body.npos) << body;
    return body.substr(at, body.find('}', at) - at);
  }

 private:
  std::vector<std::string> arguments_;
  std::optional<Site> site_;
};

/// What the page does when a value is chosen, in three browsers at once.
void expect_one_computation_for_all(Machine& machine) {
  std::vector<RawClient> signals;
  for (int browser = 0; browser < 3; ++browser) signals.push_back(machine.ask_signal("figs"));
  for (RawClient& signal : signals) {
    EXPECT_EQ(signal.receive().body, R"({"multi":true,"response":{"signal":{"children":"figs"}}})");
  }
  const std::string points = machine.points(1, "figs");
  for (int graph = 2; graph <= 4; ++graph) EXPECT_EQ(machine.points(graph, "figs"), points);
  EXPECT_EQ(machine.computations(), 1);
}

TEST(CachingSignaling, ComputesOnceInSharedMemory) {
  Machine machine({"--cache", "shm"});
  expect_one_computation_for_all(machine);
}

class CachingSignalingOnDisk : public testing::TestWithParam<int> {};

TEST_P(CachingSignalingOnDisk, ComputesOnceForThisAndTheNextServer) {
  const worker::test::TemporaryFolder folder;
  Machine machine({"--cache", "filesystem", "--cache-dir", folder.path() / "cache"});
  expect_one_computation_for_all(machine);
  const std::string points = machine.points(2, "figs");

  machine.restart(GetParam());

  EXPECT_EQ(machine.points(2, "figs"), points);
  EXPECT_EQ(machine.ask_signal("figs").receive().status, 200);
  EXPECT_EQ(machine.computations(), 0);
}

INSTANTIATE_TEST_SUITE_P(, CachingSignalingOnDisk, testing::Values(SIGTERM, SIGKILL),
                         [](const auto& end) {
                           return end.param == SIGTERM ? "AfterTERM" : "AfterKILL";
                         });

TEST(CachingSignaling, ComputesOnceForAllMachinesOfARedis) {
  const shared::RedisServer redis;
  const std::vector<std::string> cache{"--cache", "unix://" + redis.socket()};
  Machine one(cache);
  Machine other(cache);
  for (Machine* machine : {&one, &other}) machine->server().wait_for("Redis at unix:", 3);
  RawClient waits = other.ask_signal("figs");

  other.server().wait_for("Computing value with figs");
  EXPECT_EQ(one.ask_signal("figs").receive().status, 200);
  EXPECT_EQ(waits.receive().status, 200);
  const std::string points = other.points(1, "figs");

  EXPECT_EQ(one.points(1, "figs"), points);
  one.restart(SIGTERM);
  one.server().wait_for("Redis at unix:", 3);
  EXPECT_EQ(one.points(3, "figs"), points);
  EXPECT_EQ(one.computations(), 0);
  EXPECT_EQ(other.computations(), 1);
}

TEST(CachingSignaling, GoesOnInSharedMemoryWhenItsRedisIsLost) {
  shared::RedisServer redis;
  Machine machine({"--cache", "unix://" + redis.socket()});
  machine.server().wait_for("Redis at unix:", 3);
  redis.stop();

  expect_one_computation_for_all(machine);
}

}  // namespace
}  // namespace ekiden::test
