// SPDX-License-Identifier: MIT
#include "server/cache_setting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace ekiden::server {
namespace {

using namespace std::chrono_literals;
using shared::CacheSettings;
using testing::AllOf;
using testing::HasSubstr;

Settings parsed(std::vector<std::string> arguments, const Environment& environment = {}) {
  arguments.push_back("shop");
  auto result = parse_command_line(arguments, environment);
  if (const auto* answer = std::get_if<Answer>(&result)) throw std::runtime_error(answer->text);
  return std::get<Settings>(result);
}

CacheSettings cache(std::vector<std::string> arguments, const Environment& environment = {}) {
  return parsed(std::move(arguments), environment).worker.cache;
}

std::string refusal(std::vector<std::string> arguments, const Environment& environment = {}) {
  try {
    parsed(std::move(arguments), environment);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(CacheSetting, WithoutOneResultsAreKeptInSharedMemoryForEver) {
  const CacheSettings settings = cache({});

  EXPECT_FALSE(settings.has_disk() || settings.has_redis() || settings.is_off());
  EXPECT_EQ(settings.default_timeout, 0s);
  EXPECT_EQ(parsed({}).cache_entries, 0U);
}

TEST(CacheSetting, EachBackendIsChosenByItsName) {
  EXPECT_TRUE(cache({"--cache", "null"}).is_off());
  EXPECT_TRUE(cache({"--cache", "filesystem", "--cache-dir", "/x"}).has_disk());
  EXPECT_TRUE(cache({"--cache", "redis://h:1/2"}).has_redis());
  EXPECT_TRUE(cache({"--cache", "unix:///run/redis.sock"}).has_redis());
  EXPECT_FALSE(cache({"--cache", "shm", "--cache-dir", "/x"}).has_disk());
}

TEST(CacheSetting, AFolderAloneMeansTheDisk) {
  const CacheSettings settings = cache({"--cache-dir", "/x", "--cache-disk-size", "2G"});

  EXPECT_TRUE(settings.has_disk());
  EXPECT_EQ(settings.folder, "/x");
  EXPECT_EQ(settings.disk_bytes, 2ULL << 30);
}

TEST(CacheSetting, TheDiskWithoutAFolderIsRefused) {
  EXPECT_THAT(refusal({"--cache", "filesystem"}), HasSubstr("--cache-dir PATH (or CACHE_DIR)"));
  EXPECT_THAT(refusal({}, {{"CACHE_TYPE", "FileSystemCache"}}), HasSubstr("needs a folder"));
}

TEST(CacheSetting, TlsToRedisIsRefusedInAClearSentence) {
  EXPECT_THAT(refusal({"--cache", "rediss://:secret@host/0"}),
              AllOf(HasSubstr("Redis over TLS is not supported"), HasSubstr("tunnel")));
}

TEST(CacheSetting, AnythingElseIsRefusedWithWhatIsAllowed) {
  EXPECT_THAT(refusal({"--cache", "memcached"}),
              HasSubstr("--cache memcached: not allowed (allowed: auto, shm, filesystem, null"));
  EXPECT_THAT(refusal({"--cache", "http://host"}), HasSubstr("not a Redis URL"));
  EXPECT_THAT(refusal({}, {{"CACHE_TYPE", "MemcachedCache"}}),
              HasSubstr("CACHE_TYPE=MemcachedCache: not allowed"));
  EXPECT_THAT(refusal({"--cache-disk-size", "1M"}), HasSubstr("16M to 1T"));
  EXPECT_THAT(refusal({"--cache-entries", "5"}), HasSubstr("0, or 64 to 16000000"));
}

TEST(CacheSetting, FlaskCachingsTypesAreTaken) {
  for (const char* type : {"SharedMemoryCache", "SimpleCache", "simple",
                           "flask_caching.backends.SimpleCache", "shm"}) {
    EXPECT_EQ(cache({}, {{"CACHE_TYPE", type}}).backend, "shm") << type;
  }
  EXPECT_TRUE(cache({}, {{"CACHE_TYPE", "NullCache"}}).is_off());
  const CacheSettings disk =
      cache({}, {{"CACHE_TYPE", "FileSystemCache"}, {"CACHE_DIR", "/var/cache/x"}});
  EXPECT_TRUE(disk.has_disk());
  EXPECT_EQ(disk.folder, "/var/cache/x");
}

TEST(CacheSetting, FlaskCachingsOtherVariablesAreTaken) {
  const Environment environment{
      {"CACHE_DEFAULT_TIMEOUT", "300"}, {"CACHE_KEY_PREFIX", "shop:"}, {"CACHE_THRESHOLD", "500"}};
  const Settings settings = parsed({}, environment);

  EXPECT_EQ(settings.worker.cache.default_timeout, 300s);
  EXPECT_EQ(settings.worker.cache.key_prefix, "shop:");
  EXPECT_EQ(settings.cache_entries, 500U);
  EXPECT_EQ(parsed({}, {{"CACHE_THRESHOLD", "10"}}).cache_entries, 64U);
  EXPECT_THAT(refusal({}, {{"CACHE_DEFAULT_TIMEOUT", "soon"}}),
              HasSubstr("CACHE_DEFAULT_TIMEOUT=soon: not allowed"));
}

TEST(CacheSetting, RedisIsFoundByItsVariables) {
  const auto url = [](Environment more) {
    more["CACHE_TYPE"] = "RedisCache";
    return cache({}, more).backend;
  };
  EXPECT_EQ(url({}), "redis://localhost:6379/0");
  EXPECT_EQ(url({{"REDIS_URL", "redis://a:1/2"}}), "redis://a:1/2");
  EXPECT_EQ(url({{"REDIS_URL", "redis://a"}, {"CACHE_REDIS_URL", "redis://b"}}), "redis://b");
  EXPECT_EQ(url({{"REDIS_URL", "redis://a"},
                 {"CACHE_REDIS_HOST", "c"},
                 {"CACHE_REDIS_PORT", "7000"},
                 {"CACHE_REDIS_DB", "3"},
                 {"CACHE_REDIS_PASSWORD", "p@ss/1"}}),
            "redis://:p%40ss%2F1@c:7000/3");
  EXPECT_FALSE(cache({}, {{"REDIS_URL", "redis://a"}}).has_redis());
}

TEST(CacheSetting, OurVariablesAndTheCommandLineBeatFlaskCachings) {
  const Environment environment{{"CACHE_TYPE", "NullCache"}, {"EKIDEN_CACHE", "shm"}};

  EXPECT_EQ(cache({}, environment).backend, "shm");
  EXPECT_EQ(cache({"--cache", "redis://h"}, environment).backend, "redis://h");
}

}  // namespace
}  // namespace ekiden::server
