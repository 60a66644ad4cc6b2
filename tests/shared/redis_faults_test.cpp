// SPDX-License-Identifier: MIT
// A Redis that is slow, frozen, gone, full or mad costs time at most.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

#include "shared/log.hpp"
#include "shared/outbox.hpp"
#include "tests/shared/redis_machine.hpp"

namespace ekiden::shared {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What this process logs meanwhile.
class CapturedLog {
 public:
  CapturedLog() : path_(folder_.path() + "/log") {
    fd_ = open(path_.c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    log_open(LogLevel::info, fd_);
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  ~CapturedLog() {
    log_open(LogLevel::info);
    close(fd_);
  }
  /// How many lines contain `text`.
  int lines(const std::string& text) const {
    std::ifstream in(path_);
    int count = 0;
    for (std::string line; std::getline(in, line);) count += line.find(text) != line.npos;
    return count;
  }

 private:
  TemporaryFolder folder_;
  std::string path_;
  int fd_ = -1;
};

class RedisFaultsTest : public ::testing::Test {
 protected:
  RedisTier::Options options(milliseconds timeout = milliseconds(100)) const {
    RedisTier::Options result;
    result.url = server_.url();
    result.connect_timeout = timeout;
    result.command_timeout = timeout;
    return result;
  }
  /// Two machines that have "key" in their segments.
  void share_key(RedisMachine& one, RedisMachine& other) {
    ASSERT_TRUE(one.reaches() && other.reaches());
    ASSERT_EQ(one.get("key", "value"), "value");
    ASSERT_EQ(other.get("key", "value"), "value");
  }
  static std::uint64_t milliseconds_of(const std::function<void()>& body) {
    const std::uint64_t began = monotonic_ns();
    body();
    return (monotonic_ns() - began) / 1'000'000;
  }

  CapturedLog log_;
  RedisServer server_;
};

TEST_F(RedisFaultsTest, AServerThatIsNotThereIsDoneWithout) {
  server_.stop();
  RedisMachine machine(options());

  EXPECT_EQ(machine.get("key", "value"), "value");
  EXPECT_EQ(machine.get("no key"), "nothing");
  machine.cache().erase("key");
  machine.cache().invalidate("f:function");
  machine.cache().clear();

  EXPECT_GE(machine.tier().counters().alone, 1U);
  EXPECT_EQ(log_.lines("cannot be used"), 1);
}

TEST_F(RedisFaultsTest, AFrozenServerIsGivenUpAfterTwoTimeoutsAndTakenBackWhenItAnswers) {
  RedisMachine machine(options());
  ASSERT_TRUE(machine.reaches());
  server_.freeze();

  machine.get("a", "value");
  machine.get("b", "value");
  const std::uint64_t later = milliseconds_of([&] {
    for (int key = 0; key < 1000; ++key) machine.get(std::to_string(key), "value");
  });

  EXPECT_FALSE(machine.tier().reachable());
  EXPECT_LT(later, 50'000U) << "1000 timeouts would be 100 seconds";
  EXPECT_EQ(machine.computations, 1002);
  EXPECT_EQ(log_.lines("is lost"), 1);
  server_.thaw();
  int key = 0;
  EXPECT_TRUE(eventually([&] {
    machine.get("later " + std::to_string(++key), "value");
    return machine.tier().counters().saves > 0;
  }));
  EXPECT_EQ(RedisMachine(options(seconds(10))).get("later " + std::to_string(key)), "value");
}

TEST_F(RedisFaultsTest, AServerThatRestartsIsFoundAgain) {
  RedisMachine one(options(seconds(10)));
  RedisMachine other(options(seconds(10)));
  share_key(one, other);

  server_.stop();
  ASSERT_TRUE(eventually([&] { return !one.tier().reachable() && !other.tier().reachable(); }));
  EXPECT_EQ(one.get("meanwhile", "value"), "value");
  server_.start();

  ASSERT_TRUE(one.reaches() && other.reaches());
  EXPECT_EQ(one.get("later", "value"), "value");
  EXPECT_EQ(other.get("later"), "value");
}

TEST_F(RedisFaultsTest, OldConnectionsAreReplacedWithoutAnyoneSeeingIt) {
  RedisMachine machine(options(seconds(10)));
  machine.get("key", "value");

  server_.ask({"CLIENT", "KILL", "TYPE", "normal"});
  machine.get("another", "value");

  EXPECT_EQ(machine.tier().counters().saves, 2U);
  EXPECT_EQ(machine.tier().counters().alone, 0U);
}

TEST_F(RedisFaultsTest, WhatIsVoidedWhileRedisIsFrozenIsVoidedWhenItIsBack) {
  RedisMachine one(options());
  RedisMachine other(options(seconds(20)));
  share_key(one, other);
  other.get("erased", "value");
  server_.freeze();

  one.cache().invalidate("t:one");
  one.cache().erase("erased");
  one.cache().store({{"stored", "", {}}, {}}, bytes("value"));
  server_.thaw();

  EXPECT_TRUE(eventually([&] { return !other.has("key") && !other.has("erased"); }));
  ASSERT_TRUE(one.reaches());
  EXPECT_EQ(one.get("key", "new"), "new");
  EXPECT_TRUE(one.has("stored"));
}

/// A machine, one of whose workers voids things while Redis is frozen, and is killed; and another
/// machine that has these things. Processes are forked before there are threads.
class RedisUntoldTest : public RedisFaultsTest {
 protected:
  enum Step { share = 1, shared, void_now, voided };

  Child start_worker() {
    return Child([this] {
      await(share);
      RedisMachine machine(memory_, 1, options());
      if (!machine.reaches() || machine.get("erased", "value") != "value") return 1;
      if (machine.get("key", "value") != "value") return 2;
      *step_ = shared;
      await(void_now);
      // What is sent before the server is given up, it reads when it goes on.
      while (machine.tier().reachable()) machine.cache().erase("another");
      machine.cache().invalidate("t:one");
      machine.cache().erase("erased");
      *step_ = voided;
      return pause();
    });
  }
  bool await(Step step) {
    return eventually([&] { return *step_ == step; });
  }
  void share_values() {
    *step_ = share;
    ASSERT_TRUE(await(shared));
    other_.emplace(options(seconds(20)));
    ASSERT_EQ(other_->get("key", "none"), "value");
    ASSERT_EQ(other_->get("erased", "none"), "value");
  }
  void void_and_die(Child& worker) {
    server_.freeze();
    *step_ = void_now;
    ASSERT_TRUE(await(voided));
    worker.kill_and_wait();
    ASSERT_TRUE(memory_.reap(1));
    server_.thaw();
  }
  bool the_other_learns() {
    return eventually([&] { return !other_->has("key") && !other_->has("erased"); }) &&
           eventually([&] { return memory_.outbox().empty(); });
  }

  MemoCache memory_{{.data_bytes = 8U << 20}};
  SharedObject<std::atomic<int>> step_;
  std::optional<RedisMachine> other_;
};

TEST_F(RedisUntoldTest, TheNextWorkerOfTheMachineTellsWhatAKilledOneCouldNot) {
  Child worker = start_worker();
  share_values();
  void_and_die(worker);
  EXPECT_FALSE(memory_.outbox().empty());

  RedisMachine successor(memory_, 1, options(seconds(10)));

  EXPECT_EQ(successor.get("key", "newest"), "newest") << "and takes nothing from Redis before";
  EXPECT_TRUE(the_other_learns());
  EXPECT_EQ(other_->get("key", "none"), "newest");
  EXPECT_EQ(other_->get("erased", "new"), "new");
}

TEST_F(RedisUntoldTest, SoDoesAWorkerThatNoticedNothing) {
  Child worker = start_worker();
  SharedObject<std::atomic<bool>> ready;
  Child bystander([&] {
    RedisMachine machine(memory_, 2, options(seconds(20)));
    *ready = machine.reaches();
    return pause();
  });
  ASSERT_TRUE(eventually([&] { return ready->load(); }));
  share_values();

  void_and_die(worker);

  EXPECT_TRUE(the_other_learns());
  EXPECT_EQ(other_->get("key", "new"), "new");
  EXPECT_EQ(other_->get("erased", "new"), "new");
}

TEST_F(RedisFaultsTest, AFullServerIsDoneWithoutAndSaidOnce) {
  RedisMachine one(options(seconds(10)));
  ASSERT_TRUE(one.reaches());
  server_.ask({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  server_.ask({"CONFIG", "SET", "maxmemory", "1"});

  for (int key = 0; key < 10; ++key) {
    EXPECT_EQ(one.get("key " + std::to_string(key), "value"), "value");
  }
  one.cache().store(one.call("stored"), bytes("value"));
  one.cache().invalidate("t:other");

  EXPECT_EQ(one.tier().counters().saves, 0U);
  EXPECT_GE(one.tier().counters().errors, 10U);
  EXPECT_EQ(one.tier().counters().trips, 0U);
  EXPECT_EQ(log_.lines("does not do its part (OOM"), 1);
  server_.ask({"CONFIG", "SET", "maxmemory", "0"});
  // Nothing is taken from Redis before it knows that "stored" has a new value here.
  ASSERT_TRUE(eventually([&] { return one.memory().outbox().empty(); }));
  one.get("room", "value");
  EXPECT_EQ(one.tier().counters().saves, 1U);
  EXPECT_EQ(log_.lines("does its part again"), 1);
}

TEST_F(RedisFaultsTest, InAFullServerVoidsCountAllTheSame) {
  RedisMachine one(options(seconds(10)));
  RedisMachine other(options(seconds(10)));
  share_key(one, other);
  other.get("erased", "value");
  server_.ask({"CONFIG", "SET", "maxmemory", "1"});

  one.cache().invalidate("t:one");
  one.cache().erase("erased");

  EXPECT_TRUE(eventually([&] { return !other.has("key") && !other.has("erased"); }));
  EXPECT_EQ(other.get("key", "new"), "new");
}

TEST_F(RedisFaultsTest, WhoWaitsForAnotherMachineGoesOnWhenRedisFreezes) {
  RedisMachine leader(options(seconds(10)));
  RedisMachine other(options());
  std::atomic<bool> finish{false};
  std::atomic<bool> computing{false};
  std::thread leads([&] {
    leader.cache().get_or_compute(leader.call("key"), [&](ValueWriter& writer) {
      computing = true;
      eventually([&] { return finish.load(); });
      computes("the leader's")(writer);
    });
  });
  ASSERT_TRUE(eventually([&] { return computing.load(); }));
  std::thread freezes([&] {
    eventually([&] { return other.tier().counters().waits == 1; });
    server_.freeze();
  });

  EXPECT_EQ(other.get("key", "own"), "own");

  freezes.join();
  server_.thaw();
  finish = true;
  leads.join();
}

TEST_F(RedisFaultsTest, AnAddressWhereNobodyAnswersIsDoneWithout) {
  RedisTier::Options nowhere = options();
  nowhere.url = RedisUrl::parse("redis://127.0.0.1:1/0");
  EXPECT_EQ(RedisMachine(nowhere).get("key", "value"), "value");
  nowhere.url = RedisUrl::parse("redis://no-such-host.invalid");
  EXPECT_EQ(RedisMachine(nowhere).get("key", "value"), "value");
}

/// Accepts connections and answers each thing said with the next of its answers.
class FakeServer {
 public:
  explicit FakeServer(std::vector<std::string> answers) : answers_(std::move(answers)) {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    thread_ = std::thread([this] { accept_all(); });
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (std::thread& served : served_) served.join();
    close(listener_);
  }
  std::string path() const { return folder_.path() + "/fake.sock"; }
  int said() const { return said_; }

 private:
  void accept_all() {
    for (;;) {
      const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      served_.emplace_back([this, peer] { serve(peer); });
    }
  }
  void serve(int peer) {
    std::array<char, 8192> buffer;
    while (recv(peer, buffer.data(), buffer.size(), 0) > 0) {
      const std::string& answer = answers_[static_cast<std::size_t>(said_++) % answers_.size()];
      if (answer.empty() || send(peer, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
    }
    close(peer);
  }

  const std::vector<std::string> answers_;
  TemporaryFolder folder_;
  int listener_;
  std::atomic<int> said_{0};
  std::thread thread_;
  std::vector<std::thread> served_;
};

const std::string kSubscribed = "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n";
const std::string kDigests = "$1\r\nx\r\n";
const std::string kState = "*3\r\n*2\r\n$0\r\n\r\n$1\r\n5\r\n$1\r\n0\r\n*0\r\n";

/// What a server says that greets as one should, then answers each question with `answer`.
std::vector<std::string> polite_then(const std::string& answer) {
  std::vector<std::string> answers{kSubscribed};
  for (int script = 0; script < 8; ++script) answers.push_back(kDigests);
  answers.push_back(kState);
  for (int more = 0; more < 10'000; ++more) answers.push_back(answer);
  return answers;
}

const std::vector<std::string> kMadAnswers = {
    "",
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    "\r\n",
    "*-5\r\n",
    "*2147483647\r\n",
    "*999999999999999999999\r\n",
    "$-7\r\n",
    "$99999999999\r\nx",
    "$5\r\nab\r\n",
    ":not a number\r\n",
    "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
    "+OK\r\n",
    "-ERR no\r\n",
    "-LOADING Redis is loading\r\n",
    "$-1\r\n",
    "*0\r\n",
    "*1\r\n$5\r\nvalue\r\n",
    "*7\r\n$5\r\nvalue\r\n$2\r\n-9\r\n$1\r\n1\r\n$1\r\n0\r\n$0\r\n\r\n$1\r\n0\r\n$1\r\nx\r\n",
    "*7\r\n$5\r\nvalue\r\n$2\r\n-1\r\n$20\r\n18446744073709551615\r\n$1\r\n0\r\n$0\r\n\r\n$"
    "1\r\n0\r\n$1"
    "\r\nx\r\n",
    "*7\r\n$5\r\nvalue\r\n$2\r\n-1\r\n$1\r\n1\r\n$1\r\n0\r\n$1\r\nt\r\n$7\r\n9999999\r\n$"
    "1\r\nx\r\n",
    "*7\r\n$5\r\nvalue\r\n$2\r\n-1\r\n$1\r\n1\r\n$1\r\n0\r\n$1\r\nt\r\n$4\r\n4000\r\n$1\r\nx\r\n",
    "*2\r\n$4\r\nlead\r\n:5\r\n",
    "*2\r\n$4\r\nwait\r\n$1\r\nx\r\n",
    "*3\r\n$4\r\nlead\r\n$1\r\n1\r\n$1\r\n1\r\n",
};

TEST(MadRedis, AServerThatAnswersAnythingAtAllNeverHarmsACaller) {
  for (const std::string& answer : kMadAnswers) {
    for (const bool polite : {false, true}) {
      FakeServer server(polite ? polite_then(answer) : std::vector<std::string>{answer});
      RedisTier::Options options;
      options.url = RedisUrl::parse("unix://" + server.path());
      options.connect_timeout = options.command_timeout = milliseconds(50);
      RedisMachine machine(options);

      EXPECT_EQ(machine.get("key", "value"), "value") << answer;
      machine.cache().store(machine.call("key"), bytes("stored"));
      machine.cache().erase("key");
      machine.cache().invalidate("t:one");
      machine.cache().clear();
      EXPECT_EQ(machine.get("key", "value"), "value") << answer;
      EXPECT_TRUE(eventually([&] { return server.said() > 0; }));
    }
  }
}

TEST(MadRedis, NewsThatCannotBeReadChangeNothing) {
  for (const std::string text : {"", "g", "g ", "e", "e x", "e 1", "e 18446744073709551616 x y",
                                 "e 7 nospace", "d", "d ", "z", "e 1 m "}) {
    const std::string message = "*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$" +
                                std::to_string(text.size()) + "\r\n" + text + "\r\n";
    std::vector<std::string> answers = polite_then("-ERR no\r\n");
    answers[0] += message;
    FakeServer server(answers);
    RedisTier::Options options;
    options.url = RedisUrl::parse("unix://" + server.path());
    RedisMachine machine(options);

    EXPECT_EQ(machine.get("key", "value"), "value") << text;
    EXPECT_EQ(machine.get("key", "none"), "value") << text;
  }
}

}  // namespace
}  // namespace ekiden::shared
