// SPDX-License-Identifier: MIT
#include "shared/redis_tier.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "tests/shared/redis_machine.hpp"

namespace ekiden::shared {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RedisTierTest : public ::testing::Test {
 protected:
  RedisTier::Options options() const { return patient(server_.url()); }
  /// The name of the only key of that kind.
  std::string only_key(const std::string& kind) {
    const RedisReply keys = server_.ask({"KEYS", "ekiden:" + kind + ":*"});
    EXPECT_EQ(keys.list.size(), 1U);
    return keys.list.empty() ? "" : keys.list[0].text;
  }

  RedisServer server_;
};

TEST_F(RedisTierTest, WhatOneMachineComputesAnotherOneFinds) {
  RedisMachine one(options());
  RedisMachine other(options());

  EXPECT_EQ(one.get("key", "value"), "value");

  EXPECT_EQ(other.get("key", "another value"), "value");
  EXPECT_EQ(other.computations, 0);
  EXPECT_EQ(one.tier().counters().saves, 1U);
  EXPECT_EQ(other.tier().counters().hits, 1U);
}

TEST_F(RedisTierTest, KeysAndValuesMayHoldAnyBytes) {
  RedisMachine one(options());
  RedisMachine other(options());
  const std::string key("\0\r\n%* key\xff", 11);
  const std::string value("\0\r\n$5\xff", 6);

  one.get(key, value);
  one.get("empty", "");

  EXPECT_EQ(other.get(key), value);
  EXPECT_EQ(other.get("empty"), "");
  EXPECT_EQ(other.get("no key"), "nothing");
}

TEST_F(RedisTierTest, AValueFoundHasTheRestOfItsLife) {
  RedisMachine one(options());
  RedisMachine other(options());
  one.cache().get_or_compute(one.call("key", seconds(100)), computes("value"));

  ASSERT_EQ(other.get("key"), "value");

  const auto listed = other.memory().list("key", 1);
  ASSERT_EQ(listed.size(), 1U);
  ASSERT_TRUE(listed[0].expires_in);
  EXPECT_LE(*listed[0].expires_in, seconds(100));
  EXPECT_GT(*listed[0].expires_in, seconds(50));
}

TEST_F(RedisTierTest, PrefixesKeepApplicationsApart) {
  RedisTier::Options mine = options();
  mine.prefix = "mine[*]:";
  RedisMachine one(mine);
  RedisMachine other(options());
  one.get("key", "my value");
  other.get("key", "other value");

  one.cache().clear();

  EXPECT_EQ(other.get("key"), "other value");
  EXPECT_TRUE(other.has("key"));
  // The clear takes what is void out of Redis, and nothing else.
  EXPECT_TRUE(eventually([&] { return server_.ask({"KEYS", "mine*:v:*"}).list.empty(); }));
  EXPECT_EQ(server_.ask({"KEYS", "ekiden:v:*"}).list.size(), 1U);
}

TEST_F(RedisTierTest, AnotherKeyOfTheSameHashIsNotFound) {
  RedisMachine one(options());
  RedisMachine other(options());
  one.get("key", "value");
  server_.ask({"HSET", only_key("v"), "k", "another key"});

  EXPECT_EQ(other.get("key"), "nothing");
  EXPECT_EQ(other.get("key", "new value"), "new value");
}

TEST_F(RedisTierTest, AValueThatWasChangedInRedisIsComputedAgain) {
  RedisMachine one(options());
  one.get("key", "value");
  for (const std::string field : {"d", "s", "h", "n", "c"}) {
    server_.ask({"HSET", only_key("v"), field, "9"});
    RedisMachine other(options());

    EXPECT_EQ(other.get("key", "value"), "value") << field;
    EXPECT_EQ(other.computations, 1) << field;
  }
  EXPECT_EQ(RedisMachine(options()).get("key"), "value");
}

TEST_F(RedisTierTest, WhatIsNoValueGivesWay) {
  RedisMachine one(options());
  one.get("key", "value");
  const std::string key = only_key("v");
  server_.ask({"DEL", key});
  server_.ask({"SET", key, "no hash"});
  RedisMachine other(options());

  EXPECT_EQ(other.get("key", "value"), "value");
  EXPECT_EQ(RedisMachine(options()).get("key"), "value");
}

TEST_F(RedisTierTest, ALargeValueTravelsInChunks) {
  const std::string value = pattern(30U << 20, 7);
  RedisMachine one(options());
  RedisMachine other(options());
  ASSERT_EQ(one.get("key", value).size(), value.size());
  EXPECT_EQ(server_.ask({"KEYS", "ekiden:c:*"}).list.size(), 15U);

  const Pin pin = other.cache().get_or_compute(other.call("key"), computes("none"));

  EXPECT_EQ(pin.bytes().size(), value.size());
  EXPECT_TRUE(whole_pattern(pin.bytes(), 7));
}

TEST_F(RedisTierTest, AValueOfWhichAChunkIsGoneIsComputedAgain) {
  RedisTier::Options small = options();
  small.chunk_above = 4096;
  small.chunk_bytes = 4096;
  const std::string value = pattern(10'000, 7);
  RedisMachine one(small);
  one.get("key", value);
  const RedisReply chunks = server_.ask({"KEYS", "ekiden:c:*"});
  ASSERT_EQ(chunks.list.size(), 3U);
  server_.ask({"DEL", chunks.list[1].text});
  RedisMachine other(small);

  EXPECT_EQ(other.get("key", value), value);
  EXPECT_EQ(other.computations, 1);
  EXPECT_EQ(RedisMachine(small).get("key"), value);
}

TEST_F(RedisTierTest, ChunksLiveAsLongAsTheirValue) {
  RedisTier::Options small = options();
  small.chunk_above = 4096;
  small.chunk_bytes = 4096;
  RedisMachine one(small);
  one.cache().get_or_compute(one.call("key", std::chrono::hours(1)), computes(pattern(5000, 1)));
  const auto chunk = server_.ask({"KEYS", "ekiden:c:*"}).list.at(0).text;

  EXPECT_GT(server_.ask({"TTL", chunk}).number, 3600);
  EXPECT_LE(server_.ask({"TTL", only_key("v")}).number, 3600);
  one.cache().store(one.call("key"), bytes("short"));
  EXPECT_LE(server_.ask({"TTL", chunk}).number, 10);
}

TEST_F(RedisTierTest, AFailedComputationLetsTheNextOneCompute) {
  RedisMachine one(options());
  RedisMachine other(options());
  EXPECT_THROW(one.cache().get_or_compute(one.call("key"),
                                          [](ValueWriter&) { throw std::runtime_error("no"); }),
               std::runtime_error);

  EXPECT_EQ(other.get("key", "value"), "value");
  EXPECT_EQ(other.tier().counters().waits, 0U);
}

TEST_F(RedisTierTest, AComputationThatAsksForItselfDoesNotWaitForItself) {
  RedisMachine one(options());
  int depth = 0;
  const std::function<void(ValueWriter&)> compute = [&](ValueWriter& writer) {
    if (++depth == 1) one.cache().get_or_compute(one.call("key"), compute);
    computes("value")(writer);
  };

  EXPECT_EQ(text(one.cache().get_or_compute(one.call("key"), compute)), "value");
  EXPECT_EQ(depth, 2);
  EXPECT_EQ(one.tier().counters().waits, 0U);
}

TEST_F(RedisTierTest, ALostScriptIsSentAgain) {
  RedisMachine one(options());
  ASSERT_TRUE(one.reaches());
  server_.ask({"SCRIPT", "FLUSH"});

  one.get("key", "value");

  EXPECT_EQ(one.tier().counters().saves, 1U);
  EXPECT_EQ(one.tier().counters().errors, 0U);
}

TEST(RedisLogin, ThePasswordOfTheUrlIsUsedAndTheDatabaseToo) {
  RedisServer server({"--requirepass", "p@ss word"});
  const std::string place = server.socket() + "?db=3";
  RedisMachine one(patient(RedisUrl::parse("unix://:p%40ss%20word@" + place)));
  RedisMachine named(patient(RedisUrl::parse("unix://default:p%40ss%20word@" + place)));
  RedisTier::Options wrong = patient(RedisUrl::parse("unix://:wrong@" + place));
  RedisMachine refused(wrong);

  one.get("key", "value");

  EXPECT_EQ(named.get("key"), "value");
  EXPECT_EQ(refused.get("key", "own value"), "own value");
  EXPECT_FALSE(refused.tier().reachable());
}

TEST(RedisOptions, WhatCannotBeMeantIsRefused) {
  MemoCache memory({.data_bytes = 4U << 20});
  memory.attach(0);
  RedisTier::Options options;
  options.chunk_above = 33U << 20;
  EXPECT_THROW(RedisTier(memory, options), std::invalid_argument);
  options = {};
  options.connections = 0;
  EXPECT_THROW(RedisTier(memory, options), std::invalid_argument);
  options = {};
  options.lease = milliseconds(1);
  EXPECT_THROW(RedisTier(memory, options), std::invalid_argument);
}

}  // namespace
}  // namespace ekiden::shared
