// SPDX-License-Identifier: MIT
// The direct members of Cache, by Flask-Caching's names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/worker/with_cache.hpp"

namespace ekiden {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

using CacheValues = InAWorker;

struct Point {
  double x, y;
  friend bool operator==(const Point&, const Point&) = default;
};

TEST_F(CacheValues, AValueOfEachKindComesBackAsItWas) {
  values_.set("text", "some text");
  values_.set("number", 7.5);
  values_.set("struct", Point{1, 2});
  values_.set("list", std::vector<int>{1, 2, 3});
  values_.set("texts", std::vector<std::string>{"one", "", "three"});
  values_.set("json", Json{{"a", Json::array({1, nullptr})}});
  values_.set("some", std::optional<std::string>("text"));
  values_.set("none", std::optional<std::string>());

  EXPECT_EQ(values_.get<std::string>("text")->str(), "some text");
  EXPECT_EQ(values_.get<double>("number"), 7.5);
  EXPECT_EQ(values_.get<Point>("struct"), (Point{1, 2}));
  EXPECT_THAT(*values_.get<std::vector<int>>("list"), ElementsAre(1, 2, 3));
  EXPECT_THAT(values_.get<std::vector<std::string>>("texts")->copy(),
              ElementsAre("one", "", "three"));
  EXPECT_EQ(values_.get<Json>("json")->dump(), R"({"a":[1,null]})");
  EXPECT_EQ((*values_.get<std::optional<std::string>>("some"))->str(), "text");
  EXPECT_FALSE(values_.get<std::optional<std::string>>("none")->has_value());
}

TEST_F(CacheValues, WhatIsNotThereIsNullopt) {
  EXPECT_FALSE(values_.get<int>("nothing").has_value());
  EXPECT_FALSE(values_.has("nothing"));
  EXPECT_FALSE(values_.delete_("nothing"));
  EXPECT_FALSE(values_.touch("nothing", 5s));
}

TEST_F(CacheValues, AValueReadAsAnotherTypeIsAnErrorThatNamesTheKey) {
  values_.set("number", 7);

  EXPECT_THAT(error_of([&] { values_.get<double>("number"); }),
              HasSubstr("Cache::get(\"number\"): the value was written as another type"));
  EXPECT_THAT(error_of([&] { values_.inc("number"); }), HasSubstr("is not a std::int64_t"));
}

TEST_F(CacheValues, AStructWrittenByAnotherBuildIsNotFound) {
  values_.set("struct", Point{1, 2});
  values_.set("number", 5);
  worker::set_app_build_id("another build");

  EXPECT_FALSE(values_.get<Point>("struct").has_value());
  EXPECT_EQ(values_.get<int>("number"), 5);
  worker::set_app_build_id("");
}

TEST_F(CacheValues, SetReplacesAndAddDoesNot) {
  EXPECT_TRUE(values_.add("key", 1));
  EXPECT_FALSE(values_.add("key", 2));
  EXPECT_EQ(values_.get<int>("key"), 1);

  EXPECT_TRUE(values_.set("key", 3));
  EXPECT_EQ(values_.get<int>("key"), 3);
}

TEST_F(CacheValues, OfManyWhoAddOneGetsTrue) {
  std::atomic<int> added = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] { added += values_.add("key", 1) ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(added, 1);
}

TEST_F(CacheValues, ATimeoutEndsAValueAndTouchPutsItOff) {
  values_.set("key", 1, 10s);
  pass(9s);
  EXPECT_TRUE(values_.touch("key", 10s));
  pass(9s);
  EXPECT_TRUE(values_.has("key"));
  pass(1s);
  EXPECT_FALSE(values_.has("key"));
}

TEST_F(CacheValues, TheDefaultTimeoutCountsWhereNoneIsGiven) {
  worker::set_cache_defaults({.timeout = 10s, .key_prefix = ""});
  values_.set("usual", 1);
  values_.set("for ever", 1, 0s);
  worker::set_cache_defaults({});

  pass(11s);
  EXPECT_FALSE(values_.has("usual"));
  EXPECT_TRUE(values_.has("for ever"));
}

TEST_F(CacheValues, AKeyPrefixKeepsAppsApart) {
  values_.set("key", 1);
  worker::set_cache_defaults({.timeout = 0s, .key_prefix = "other app"});
  EXPECT_FALSE(values_.has("key"));
  worker::set_cache_defaults({});
  EXPECT_TRUE(values_.has("key"));
}

TEST_F(CacheValues, TheManyMembersDoForListsWhatTheOthersDoForOne) {
  EXPECT_THAT(values_.set_many<int>({{"a", 1}, {"b", 2}}), ElementsAre("a", "b"));

  const auto list = values_.get_many<int>({"a", "x", "b"});
  EXPECT_THAT(list, ElementsAre(std::optional(1), std::nullopt, std::optional(2)));
  const auto dict = values_.get_dict<int>({"a", "x"});
  EXPECT_EQ(dict.at("a"), 1);
  EXPECT_FALSE(dict.at("x").has_value());
  EXPECT_THAT(values_.delete_many({"a", "x"}), ElementsAre("a"));
  EXPECT_FALSE(values_.has("a"));
}

TEST_F(CacheValues, EvictVoidsWhatBearsTheTag) {
  values_.set("a", 1, std::nullopt, {"prices"});
  values_.set("b", 2, std::nullopt, {"stock", "prices"});
  values_.set("c", 3, std::nullopt, {"stock"});

  values_.evict("prices");

  EXPECT_FALSE(values_.has("a"));
  EXPECT_FALSE(values_.has("b"));
  EXPECT_TRUE(values_.has("c"));
}

TEST_F(CacheValues, ClearForgetsMemoizedResultsToo) {
  const auto doubled = values_.memoize("doubled", [this](int n) { return ++*calls_, 2 * n; });
  doubled(1);
  values_.set("key", 1);

  values_.clear();

  doubled(1);
  EXPECT_EQ(*calls_, 2);
  EXPECT_FALSE(values_.has("key"));
}

TEST_F(CacheValues, NoIncrementOfSeveralWorkersIsLost) {
  auto count_up = [&] {
    for (int i = 0; i < 300; ++i) values_.inc("count");
    return 0;
  };
  {
    auto first = worker(1, count_up);
    auto second = worker(2, count_up);
    EXPECT_EQ(first.exit_code_within(30), 0);
    EXPECT_EQ(second.exit_code_within(30), 0);
  }
  cache_.reap(1);
  cache_.reap(2);

  EXPECT_EQ(values_.dec("count", 100), 500);
  EXPECT_EQ(values_.get<std::int64_t>("count"), 500);
}

TEST_F(CacheValues, OnlyOneHasALockAndTheNextGetsItWhenItIsReleased) {
  std::optional<CacheLock> held = values_.lock("import");
  EXPECT_FALSE(values_.try_lock("import").has_value());
  EXPECT_TRUE(values_.try_lock("another").has_value());

  std::atomic<bool> entered = false;
  std::thread next([&] {
    const CacheLock lock = values_.lock("import");
    entered = true;
  });
  EXPECT_FALSE(entered);
  held.reset();
  next.join();

  EXPECT_TRUE(entered);
  EXPECT_TRUE(values_.try_lock("import").has_value());
}

TEST_F(CacheValues, TheLockOfAWorkerThatWasKilledIsFree) {
  worker(1, [&] {
    const CacheLock lock = values_.lock("import");
    return raise(SIGKILL);
  }).wait();

  EXPECT_TRUE(values_.try_lock("import").has_value());
  cache_.reap(1);
}

TEST_F(CacheValues, AHeldLockIsNotEvicted) {
  const CacheLock lock = values_.lock("import");

  for (int key = 0; key < 300; ++key) {
    values_.set("press " + std::to_string(key), std::string(100'000, 'x'));
  }

  EXPECT_GT(cache_.counters().evictions, 0U);
  EXPECT_FALSE(values_.try_lock("import").has_value());
}

TEST_F(CacheValues, WaitsForALockOrAThrottleCanBeCalledBack) {
  cache_.set_wait_hooks({{}, {}, [] { return true; }});
  const CacheLock lock = values_.lock("import");
  values_.throttle("mail", 1, std::chrono::hours(1));

  EXPECT_THROW(values_.lock("import"), WaitCancelled);
  EXPECT_THROW(values_.throttle("mail", 1, std::chrono::hours(1)), WaitCancelled);
}

TEST_F(CacheValues, ABarrierLetsOneInAtATime) {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  const auto guarded = values_.barrier("guarded", [&](int n) {
    most = std::max(most.load(), ++inside);
    std::this_thread::yield();
    --inside;
    return 2 * n;
  });
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&] { EXPECT_EQ(guarded(4), 8); });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(most, 1);
}

TEST_F(CacheValues, AThrottleLetsTheCountInPerPeriod) {
  const auto begin = std::chrono::steady_clock::now();
  for (int call = 0; call < 7; ++call) values_.throttle("source", 3, 50ms);
  const auto took = std::chrono::steady_clock::now() - begin;

  EXPECT_GE(took, 100ms) << "the seventh call waits for the fourth, that one for the first";
  EXPECT_THAT(error_of([&] { values_.throttle("source", 0, 1s); }),
              HasSubstr("the count must be 1 to 4096"));
}

TEST_F(CacheValues, WithoutACacheTheErrorSaysSo) {
  worker::set_cache(nullptr);

  EXPECT_THAT(error_of([&] { values_.set("key", 1); }), HasSubstr("there is no cache here"));
}

}  // namespace
}  // namespace ekiden
