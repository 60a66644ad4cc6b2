// SPDX-License-Identifier: MIT
// What --request-timeout does to callbacks of the app "slow", by the real program.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <stdexcept>
#include <string>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// A named pipe that a callback waits for.
class Pipe {
 public:
  explicit Pipe(const Site& site) : path_(site.folder.path() / "pipe") {
    if (mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
  }
  const std::string& path() const { return path_; }
  /// Waits until the callback reads.
  void open() { end_.reset(::open(path_.c_str(), O_WRONLY | O_CLOEXEC)); }
  void write(std::string line) {
    line += '\n';
    const auto size = static_cast<ssize_t>(line.size());
    if (::write(end_.get(), line.data(), line.size()) != size) throw std::runtime_error("write");
    end_.reset();
  }

 private:
  const std::string path_;
  server::Descriptor end_;
};

RawClient send(const Site& site, const std::string& output, const std::string& value) {
  RawClient client = site.connect();
  client.send(Site::callback_request(output, value));
  return client;
}

TEST(RequestTimeout, AnswersARunningCallbacksClientWith504AndEndsTheConnection) {
  Site site("slow", {"--request-timeout", "0.3"});
  site.server.wait_for("ready: 1 worker");
  Pipe pipe(site);
  RawClient client = send(site, "pipe", pipe.path());
  pipe.open();

  const Reply reply = client.receive();

  EXPECT_EQ(reply.status, 504);
  EXPECT_EQ(reply.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_THAT(reply.body, AllOf(HasSubstr("504 Gateway Timeout"), Not(HasSubstr("pipe.children"))));
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(client.end(), RawClient::End::closed);
}

TEST(RequestTimeout, NamesTheCallbackItsRequestItsAgeAndWhereItIsInTheLog) {
  Site site("slow", {"--request-timeout", "0.3"});
  site.server.wait_for("ready: 1 worker");
  Pipe pipe(site);
  RawClient client = site.connect();
  std::string request = Site::callback_request("pipe", pipe.path());
  request.insert(request.find("\r\n") + 2, "X-Request-Id: trace-7\r\n");
  client.send(request);
  pipe.open();

  EXPECT_THAT(
      site.server.wait_for("is overdue"),
      MatchesRegex(
          R"(.*\[warning\] [0-9]+ worker 1: callback pipe\.children \(slow\.cpp:[0-9]+\) )"
          R"(is overdue: its request trace-7 is [0-9]+\.[0-9]+ s old, --request-timeout is 0\.3 s; )"
          R"(the client got 504; it goes on, and its result is dropped:)"));
  EXPECT_THAT(site.server.wait_for("line_of_pipe"),
              MatchesRegex(R"(.*worker 1:   #[0-9]+ line_of_pipe\(.*\) at slow\.cpp:[0-9]+)"));
}

TEST(RequestTimeout, NamesTheCallbackInThePageUnderDebug) {
  Site site("slow", {"--request-timeout", "0.3", "--debug"});
  site.server.wait_for("ready: 1 worker");
  Pipe pipe(site);
  RawClient client = send(site, "pipe", pipe.path());
  pipe.open();

  const Reply reply = client.receive();

  EXPECT_EQ(reply.status, 504);
  EXPECT_THAT(reply.body, AllOf(HasSubstr("RequestTimeout"), HasSubstr("pipe.children"),
                                HasSubstr("slow.cpp:")));
}

TEST(RequestTimeout, TakesAQueuedCallbackOffTheQueue) {
  Site site("slow", {"--request-timeout", "0.3"});
  site.server.wait_for("ready: 1 worker");
  Pipe pipe(site);
  RawClient running = send(site, "pipe", pipe.path());
  pipe.open();
  RawClient queued = send(site, "echo", "queued");

  EXPECT_EQ(queued.receive().status, 504);
  EXPECT_EQ(running.receive().status, 504);

  EXPECT_THAT(site.server.wait_for("callback echo.children"),
              HasSubstr("it was still queued and is dropped"));
  pipe.write("done");
  site.server.wait_for("has left");
  EXPECT_EQ(site.server.count("echoes"), 0);
}

TEST(RequestTimeout, CallsBackWhoWaitsForAnothersComputationAndLeavesThatAlone) {
  Site site("slow", {"--request-timeout", "0.5", "--threads", "2"});
  site.server.wait_for("ready: 1 worker");
  Pipe pipe(site);
  RawClient leader = send(site, "shared", pipe.path());
  site.server.wait_for("computes a line");
  RawClient follower = send(site, "shared", pipe.path());

  EXPECT_EQ(follower.receive().status, 504);
  site.server.wait_for("stops to wait");
  EXPECT_THAT(site.server.wait_for("it waits for another's computation"),
              HasSubstr("callback shared.children"));
  EXPECT_EQ(leader.receive().status, 504);
  pipe.open();
  pipe.write("shared line");

  RawClient late = send(site, "shared", pipe.path());
  EXPECT_THAT(late.receive().body, HasSubstr("shared line"));
  EXPECT_EQ(site.server.count("computes a line"), 1);
  EXPECT_EQ(site.server.count("stops to wait"), 1);
  EXPECT_EQ(site.server.count("will be replaced"), 0);
}

TEST(RequestTimeout, LeavesWhoComputesForOthersWaiting) {
  Site site("slow", {"--request-timeout", "0.5", "--threads", "2"});
  site.server.wait_for("ready: 1 worker");
  Pipe pipe(site);
  RawClient leader = send(site, "shared", pipe.path());
  site.server.wait_for("computes a line");
  RawClient middle = send(site, "length", pipe.path());
  site.server.wait_for("computes a length");

  EXPECT_EQ(middle.receive().status, 504);
  EXPECT_EQ(leader.receive().status, 504);
  pipe.open();
  pipe.write("nine long");

  RawClient late = send(site, "length", pipe.path());
  EXPECT_THAT(late.receive().body, HasSubstr(":9}"));
  EXPECT_EQ(site.server.count("computes a length"), 1);
}

TEST(RequestTimeout, TellsTheCallback) {
  Site site("slow", {"--request-timeout", "0.2"});
  site.server.wait_for("ready: 1 worker");

  RawClient client = send(site, "watch", "x");

  EXPECT_EQ(client.receive().status, 504);
  site.server.wait_for("knows that it is cancelled");
}

TEST(RequestTimeout, ReplacesAWorkerWhoseThreadsAreAllHeld) {
  Site site("slow", {"--request-timeout", "0.3"});
  const std::string first = std::to_string(site.server.ready_worker(1));
  Pipe pipe(site);
  RawClient client = send(site, "pipe", pipe.path());
  pipe.open();

  EXPECT_EQ(client.receive().status, 504);

  EXPECT_THAT(site.server.wait_for("worker 1 (" + first + ") will be replaced"),
              HasSubstr("overdue callbacks hold 1 of its 1 callback threads"));
  EXPECT_NE(std::to_string(site.server.ready_worker(1, 2)), first);
  // Although the callback still runs: nobody waits for it.
  site.server.wait_for("worker 1 (" + first + ") has left");
  RawClient next = send(site, "echo", "next");
  EXPECT_THAT(next.receive().body, HasSubstr("next"));
  EXPECT_EQ(site.server.count("died"), 0);
}

TEST(RequestTimeout, LeavesAWorkerAloneThatHasThreadsLeft) {
  Site site("slow", {"--request-timeout", "0.2", "--threads", "2"});
  site.server.wait_for("ready: 1 worker");
  Pipe pipe(site);
  RawClient client = send(site, "pipe", pipe.path());
  pipe.open();

  EXPECT_EQ(client.receive().status, 504);
  RawClient next = send(site, "watch", "x");
  EXPECT_EQ(next.receive().status, 504);
  site.server.wait_for("will be replaced");
  EXPECT_THAT(site.server.output(), HasSubstr("hold 2 of its 2"));
}

TEST(RequestTimeout, KeepsTheConnectionOfACallbackThatIsInTime) {
  Site site("slow", {"--request-timeout", "10"});
  site.server.wait_for("ready: 1 worker");
  RawClient client = send(site, "echo", "first");
  EXPECT_THAT(client.receive().body, HasSubstr("first"));

  client.send(Site::callback_request("echo", "second"));

  EXPECT_THAT(client.receive().body, HasSubstr("second"));
}

TEST(RequestTimeout, ZeroMeansAnyTime) {
  Site site("slow", {"--request-timeout", "0"});
  site.server.wait_for("ready: 1 worker");
  Pipe pipe(site);
  RawClient client = send(site, "pipe", pipe.path());
  pipe.open();
  pipe.write("done");

  EXPECT_THAT(client.receive().body, HasSubstr("done"));
  EXPECT_EQ(site.server.count("is overdue"), 0);
}

}  // namespace
}  // namespace ekiden::test
