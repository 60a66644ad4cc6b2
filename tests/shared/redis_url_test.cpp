// SPDX-License-Identifier: MIT
#include "shared/redis_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace ekiden::shared {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// The message that `text` is refused with.
std::string refusal(const std::string& text) {
  try {
    RedisUrl::parse(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "not refused";
}

TEST(RedisUrl, HasHostPortAndDatabase) {
  const RedisUrl url = RedisUrl::parse("redis://cache.example:6380/7");
  EXPECT_EQ(url.host, "cache.example");
  EXPECT_EQ(url.port, 6380);
  EXPECT_EQ(url.database, 7U);
  EXPECT_EQ(url.shown(), "redis://cache.example:6380/7");
}

TEST(RedisUrl, WhatIsLeftOutIsTheUsual) {
  for (const char* text : {"redis://", "redis://localhost", "redis://localhost/",
                           "redis://localhost:6379", "redis://localhost:6379/0"}) {
    EXPECT_EQ(RedisUrl::parse(text).shown(), "redis://localhost:6379/0") << text;
  }
}

TEST(RedisUrl, HasAnIpv6Address) {
  const RedisUrl url = RedisUrl::parse("redis://[::1]:7000/1");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 7000);
  EXPECT_EQ(url.shown(), "redis://[::1]:7000/1");
  EXPECT_EQ(RedisUrl::parse("redis://[::1]").host, "::1");
}

TEST(RedisUrl, HasUserAndPasswordThatAreNotShown) {
  const RedisUrl url = RedisUrl::parse("redis://app:p%40ss%3Aword@host");
  EXPECT_EQ(url.user, "app");
  EXPECT_EQ(url.password, "p@ss:word");
  EXPECT_EQ(url.shown(), "redis://host:6379/0");
  EXPECT_EQ(RedisUrl::parse("redis://:word@host").password, "word");
  EXPECT_EQ(RedisUrl::parse("redis://host?username=app&password=word&db=4").database, 4U);
}

TEST(RedisUrl, HasTheSocketsPath) {
  for (const std::string scheme : {"unix", "redis+unix"}) {
    const RedisUrl url = RedisUrl::parse(scheme + ":///run/redis%20one/redis.sock?db=2");
    EXPECT_EQ(url.unix_path, "/run/redis one/redis.sock");
    EXPECT_EQ(url.database, 2U);
    EXPECT_EQ(url.shown(), "unix:///run/redis one/redis.sock?db=2");
  }
  EXPECT_EQ(RedisUrl::parse("unix://:word@/redis.sock").password, "word");
}

TEST(RedisUrl, OverTlsIsRefusedWithAWayOut) {
  EXPECT_THAT(refusal("rediss://host"), AllOf(HasSubstr("TLS"), HasSubstr("stunnel")));
}

TEST(RedisUrl, WhatIsNoneIsRefused) {
  EXPECT_THAT(refusal("http://host"), HasSubstr("not a Redis URL"));
  EXPECT_THAT(refusal("redis:host"), HasSubstr("not a Redis URL"));
  EXPECT_THAT(refusal("host:6379"), HasSubstr("not a Redis URL"));
  EXPECT_THAT(refusal("redis://host:0"), HasSubstr("port '0'"));
  EXPECT_THAT(refusal("redis://host:65536"), HasSubstr("port '65536'"));
  EXPECT_THAT(refusal("redis://host/one"), HasSubstr("database 'one'"));
  EXPECT_THAT(refusal("redis://host?db=-1"), HasSubstr("database '-1'"));
  EXPECT_THAT(refusal("redis://host?ssl=1"), HasSubstr("unknown parameter 'ssl'"));
  EXPECT_THAT(refusal("redis://[::1"), HasSubstr("no closing ]"));
  EXPECT_THAT(refusal("unix://run/redis.sock"), HasSubstr("absolute"));
  EXPECT_THAT(refusal("unix:///" + std::string(200, 'x')), HasSubstr("longer than 107"));
  EXPECT_THAT(refusal("redis://user@host"), HasSubstr("no password"));
  EXPECT_THAT(refusal("redis://:%4@host"), HasSubstr("two hex digits"));
}

TEST(RedisUrl, ARefusalDoesNotTellThePassword) {
  EXPECT_THAT(refusal("redis://user:secret@host:x"),
              AllOf(Not(HasSubstr("secret")), HasSubstr("redis://***@host:x")));
}

}  // namespace
}  // namespace ekiden::shared
