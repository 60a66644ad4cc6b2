// SPDX-License-Identifier: MIT
// Two masters with one Redis are two machines.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/process/program.hpp"
#include "tests/shared/redis_server.hpp"

namespace ekiden::test {
namespace {

using testing::HasSubstr;

class TwoMachines : public testing::Test {
 protected:
  std::vector<std::string> arguments() const {
    return {"--workers", "2", "--cache", "unix://" + redis_.socket()};
  }
  static std::string ask(Site& site, const std::string& output, const std::string& value) {
    RawClient client = site.connect();
    client.send(Site::callback_request(output, value));
    return client.receive().body;
  }

  void SetUp() override {
    for (Site* site : {&one_, &other_}) {
      site->server.wait_for("ready: 2 workers");
      site->server.wait_for("Redis at unix:", 2);
    }
  }

  shared::RedisServer redis_;
  Site one_{"two_machines", arguments()};
  Site other_{"two_machines", arguments()};
};

TEST_F(TwoMachines, ComputeOnceForBoth) {
  EXPECT_THAT(ask(one_, "value", "none"), HasSubstr("at once"));
  EXPECT_THAT(ask(other_, "value", "none"), HasSubstr("at once"));

  EXPECT_EQ(one_.server.count("computing an answer"), 1);
  EXPECT_EQ(other_.server.count("computing an answer"), 0);
}

TEST_F(TwoMachines, WaitForTheOneThatComputes) {
  const std::string pipe = one_.folder.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  RawClient first = one_.connect();
  first.send(Site::callback_request("value", pipe));
  one_.server.wait_for("computing an answer");
  RawClient second = other_.connect();
  second.send(Site::callback_request("value", pipe));
  // While it waits the other machine answers others.
  EXPECT_THAT(ask(other_, "value", "none"), HasSubstr("at once"));

  const int writer = open(pipe.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(write(writer, "from the pipe\n", 14), 14);
  close(writer);

  EXPECT_THAT(first.receive().body, HasSubstr("from the pipe"));
  EXPECT_THAT(second.receive().body, HasSubstr("from the pipe"));
  EXPECT_EQ(one_.server.count("computing an answer"), 1);
  EXPECT_EQ(other_.server.count("computing an answer"), 1) << "that of the second request";
}

TEST_F(TwoMachines, ForgetTogether) {
  ask(one_, "value", "none");
  ask(other_, "value", "none");

  EXPECT_THAT(ask(one_, "forgotten", "none"), HasSubstr("yes"));

  EXPECT_THAT(ask(one_, "value", "none"), HasSubstr("at once"));
  EXPECT_EQ(one_.server.count("computing an answer"), 2);
}

TEST_F(TwoMachines, ServeOnWhenRedisDies) {
  redis_.stop();

  EXPECT_THAT(ask(one_, "value", "none"), HasSubstr("at once"));
  EXPECT_THAT(ask(other_, "value", "none"), HasSubstr("at once"));

  EXPECT_EQ(one_.server.count("computing an answer"), 1);
  EXPECT_EQ(other_.server.count("computing an answer"), 1);
  one_.server.wait_for("is lost");
  redis_.start();
  one_.server.wait_for("answers", 4);
}

TEST_F(TwoMachines, TheOtherTakesOverWhenTheComputingOneIsKilled) {
  const std::string pipe = one_.folder.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  RawClient first = one_.connect();
  first.send(Site::callback_request("value", pipe));
  one_.server.wait_for("computing an answer");
  RawClient second = other_.connect();
  second.send(Site::callback_request("value", pipe));
  for (const pid_t worker : children_of(one_.server.pid())) kill(worker, SIGKILL);
  one_.server.send_signal(SIGKILL);

  other_.server.wait_for("computing an answer");
  const int writer = open(pipe.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(write(writer, "taken over\n", 11), 11);
  close(writer);

  EXPECT_THAT(second.receive().body, HasSubstr("taken over"));
}

}  // namespace
}  // namespace ekiden::test
