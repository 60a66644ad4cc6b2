// SPDX-License-Identifier: MIT
#include "worker/app/memoize.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <ekiden/app.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/memoize.hpp>
#include <fstream>
#include <numeric>
#include <sstream>
#include <thread>

#include "shared/memo_cache.hpp"
#include "tests/shared/processes.hpp"
#include "tests/worker/error_of.hpp"

namespace ekiden {
namespace {

using shared::Child;
using shared::SharedObject;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

Frame fruits() {
  return Frame({{"category", {"apples", "figs", "apples", "figs"}}, {"x", {0.5, 1.5, 2.5, 3.5}}});
}

/// The permissions of the mapping that `address` lies in: "r--s" for memory shared and read-only.
std::string mapping_of(const void* address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::string permissions;
    std::istringstream(line) >> std::hex >> begin >> dash >> end >> permissions;
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    if (begin <= at && at < end) return permissions;
  }
  return "none";
}

/// An app in a process without a cache, as in set-up.
class WithoutCache : public testing::Test {
 protected:
  App app_;
};

/// The same in a worker: this process has slot 0 of a cache.
class WithCache : public testing::Test {
 protected:
  void SetUp() override {
    cache_.attach(0);
    worker::set_cache(&cache_);
  }
  void TearDown() override {
    worker::set_cache(nullptr);
    EXPECT_EQ(cache_.check_invariants(), "");
  }
  /// Runs `body` in a worker process of its own.
  Child worker(std::uint32_t slot, const std::function<int()>& body) {
    return Child([this, slot, &body] {
      cache_.attach(slot);
      return body();
    });
  }

  shared::MemoCache cache_{{.data_bytes = 8U << 20}};
  SharedObject<std::atomic<int>> calls_;
  App app_;
};

TEST_F(WithoutCache, AMemoizedFunctionComputesEachTime) {
  int calls = 0;
  const auto doubled = app_.cache().memoize("doubled", [&calls](int n) { return ++calls, 2 * n; });

  EXPECT_EQ(doubled(3), 6);
  EXPECT_EQ(doubled(3), 6);
  EXPECT_EQ(calls, 2);
  EXPECT_FALSE(app_.cache().delete_memoized(doubled, 3));
}

TEST_F(WithoutCache, EveryKindOfResultIsReturned) {
  struct Large {
    double values[100];
  };
  Cache& cache = app_.cache();
  const auto text = cache.memoize("text", [](std::string s) { return s + "!"; });
  const auto list = cache.memoize("list", [](int n) { return std::vector<int>{n, n + 1}; });
  const auto large = cache.memoize("large", [] { return Large{{7}}; });
  const auto frame = cache.memoize("frame", [] { return fruits(); });

  EXPECT_EQ(text("a").str(), "a!");
  EXPECT_THAT(list(1), ElementsAre(1, 2));
  EXPECT_EQ(large()->values[0], 7);
  EXPECT_EQ(frame().rows(), 4U);
}

TEST_F(WithoutCache, ASecondFunctionOfTheSameNameIsRefused) {
  app_.cache().memoize("store", [](int n) { return n; });

  EXPECT_THAT(error_of([&] { app_.cache().memoize("store", [](int n) { return n; }); }),
              HasSubstr("memoize(\"store\"): another function has this name"));
  App other;
  EXPECT_EQ(error_of([&] { other.cache().memoize("store", [](int n) { return n; }); }), "no error");
}

TEST_F(WithoutCache, ANegativeTimeoutIsRefused) {
  const auto make = [&] {
    app_.cache().memoize("f", MemoizeOptions{.timeout = -1s}, [](int n) { return n; });
  };

  EXPECT_THAT(error_of(make), HasSubstr("the timeout is negative"));
}

TEST_F(WithCache, AResultIsComputedOncePerArguments) {
  const auto doubled = app_.cache().memoize("doubled", [this](int n) { return ++*calls_, 2 * n; });

  EXPECT_EQ(doubled(3), 6);
  EXPECT_EQ(doubled(3), 6);
  EXPECT_EQ(doubled(4), 8);
  EXPECT_EQ(*calls_, 2);
  EXPECT_EQ(doubled.uncached(3), 6);
  EXPECT_EQ(*calls_, 3);
}

TEST_F(WithCache, ResultsOfAllKindsComeBackAsTheyWere) {
  struct Large {
    double values[100];
  };
  Cache& cache = app_.cache();
  const auto text = cache.memoize("text", [](std::string s) { return s; });
  const auto list = cache.memoize("list", [](double x) { return std::vector<double>{x, 2 * x}; });
  const auto large = cache.memoize("large", [](double x) { return Large{{x}}; });
  const auto maybe = cache.memoize("maybe", [] { return std::optional<int>(5); });

  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(text("").size(), 0U);
    EXPECT_EQ(text("something"), std::string_view("something"));
    EXPECT_EQ(Json(text("some")).dump(), "\"some\"");
    EXPECT_THAT(list(0.5), ElementsAre(0.5, 1.0));
    EXPECT_EQ(Json(list(0.5)).dump(), R"({"dtype":"f8","bdata":"AAAAAAAA4D8AAAAAAADwPw=="})");
    EXPECT_EQ(large(2.5)->values[0], 2.5);
    EXPECT_EQ(maybe(), 5);
  }
  EXPECT_EQ(cache_.counters().computations, 6U);
}

TEST_F(WithCache, ArgumentsThatDifferNeverShareAResult) {
  using Parts = std::vector<std::string>;
  const auto joined = app_.cache().memoize("joined", [](Parts parts, std::optional<int> n) {
    return Json(parts).dump() + (n ? std::to_string(*n) : "none");
  });
  const std::vector<Parts> all{{}, {""}, {"", ""}, {"a", "b"}, {"ab"}, {"a,b"}, {"a\", \"b"}};

  for (const Parts& parts : all) {
    for (const std::optional<int> n : {std::optional<int>(), {0}, {1}}) {
      EXPECT_EQ(joined(parts, n).str(), joined.uncached(parts, n));
    }
  }
  EXPECT_EQ(cache_.counters().computations, all.size() * 3);
}

TEST_F(WithCache, ArgumentsThatAreEqualShareAResult) {
  const auto sign = app_.cache().memoize("sign", [this](double x) { return ++*calls_, x > 0; });

  sign(0.0);
  sign(-0.0);
  sign(NAN);
  sign(-NAN);

  EXPECT_EQ(*calls_, 2);
}

TEST_F(WithCache, FunctionsAndBuildsDoNotShareResults) {
  const auto make = [](App& app, const char* name, int result) {
    return app.cache().memoize(name, [result](int) { return result; });
  };
  const auto one = make(app_, "one", 1), two = make(app_, "two", 2);
  App rebuilt;
  worker::set_app_build_id("another build");
  const auto three = make(rebuilt, "one", 3);
  worker::set_app_build_id("");
  App reloaded;
  const auto again = make(reloaded, "one", 4);

  EXPECT_EQ(one(0), 1);
  EXPECT_EQ(two(0), 2);
  EXPECT_EQ(three(0), 3);
  EXPECT_EQ(again(0), 1) << "the same build finds what is there";
}

TEST_F(WithCache, AKeyOfAnyLengthWorks) {
  const auto length = app_.cache().memoize("length", [](std::string s) { return s.size(); });

  for (const std::size_t size : std::vector<std::size_t>{0, 1, 100, 140, 150, 184, 200, 100'000}) {
    EXPECT_EQ(length(std::string(size, 'x')), size);
    EXPECT_EQ(length(std::string(size, 'y')), size);
  }
  EXPECT_EQ(cache_.counters().computations, 15U);
}

TEST_F(WithCache, ADeletedResultIsComputedAgain) {
  const auto twice = app_.cache().memoize("twice", [this](int n) { return ++*calls_, 2 * n; });
  twice(1);
  twice(2);

  EXPECT_TRUE(app_.cache().delete_memoized(twice, 1));
  EXPECT_FALSE(app_.cache().delete_memoized(twice, 1));

  twice(1);
  twice(2);
  EXPECT_EQ(*calls_, 3);
}

TEST_F(WithCache, AFrameIsReadInTheReadOnlySegment) {
  const Frame df = fruits();
  const auto store = app_.cache().memoize(
      "store", [df](std::string category) -> Frame { return df[df["category"] == category]; });

  for (int round = 0; round < 2; ++round) {
    const Frame figs = store("figs");
    EXPECT_EQ(mapping_of(figs["x"].as<double>().data()), "r--s");
    EXPECT_THAT(figs["x"].as<double>(), ElementsAre(1.5, 3.5));
    EXPECT_EQ(figs["category"].unique().dump(), R"(["figs"])");
  }
  EXPECT_EQ(store("figs").bytes().data(), store("figs").bytes().data());
}

TEST_F(WithCache, FramesAndViewsOutliveTheirEntry) {
  const auto numbers =
      app_.cache().memoize("numbers", [](int n) { return std::vector<int>(100'000, n); });
  const auto store = app_.cache().memoize("store", [] { return fruits(); });
  const auto view = numbers(1);
  const Column x = store()["x"];
  const Json json = to_json(store()["x"]);
  const std::string text = json.dump();

  cache_.clear();
  for (int n = 2; n < 100; ++n) numbers(n);

  EXPECT_EQ(std::accumulate(view.begin(), view.end(), 0), 100'000);
  EXPECT_THAT(x.as<double>(), ElementsAre(0.5, 1.5, 2.5, 3.5));
  EXPECT_EQ(json.dump(), text);
}

TEST_F(WithCache, AFrameMayBeReleasedOnAnotherThread) {
  const auto store = app_.cache().memoize("store", [](int) { return fruits(); });
  for (int n = 0; n < 100; ++n) {
    Frame frame = store(n);
    std::thread([frame = std::move(frame)] { EXPECT_EQ(frame.rows(), 4U); }).join();
  }

  cache_.clear();

  EXPECT_EQ(cache_.counters().entries, 0U);
}

TEST_F(WithCache, AnExceptionReachesTheOneWhoComputes) {
  const auto broken = app_.cache().memoize(
      "broken", [](int n) -> int { throw std::out_of_range("no row " + std::to_string(n)); });

  EXPECT_THROW(broken(7), std::out_of_range);
}

TEST_F(WithCache, TheOthersLearnThatTheComputationFailed) {
  const auto broken = app_.cache().memoize(
      "broken", [](int n) -> int { throw std::out_of_range("no row " + std::to_string(n)); });
  EXPECT_THROW(broken(7), std::out_of_range);

  EXPECT_THROW(broken(7), ComputationFailed);
  EXPECT_EQ(error_of([&] { broken(7); }),
            "broken: another callback was computing this value and failed: no row 7");
}

TEST_F(WithCache, EightProcessesComputeAMissingValueOnce) {
  SharedObject<std::atomic<int>> ready;
  const auto store = app_.cache().memoize("store", [&](std::string category) -> Frame {
    ++*calls_;
    const Frame df = fruits();
    return df[df["category"] == category];
  });
  const std::function<int()> body = [&] {
    ++*ready;
    if (!shared::eventually([&] { return *ready == 8; })) return 1;
    const Frame figs = store("figs");
    return figs.rows() == 2 && mapping_of(figs.bytes().data()) == "r--s" ? 0 : 2;
  };

  std::vector<Child> workers;
  for (std::uint32_t slot = 1; slot <= 8; ++slot) workers.push_back(worker(slot, body));

  for (Child& child : workers) EXPECT_EQ(child.exit_code_within(60), 0);
  EXPECT_EQ(*calls_, 1);
  for (std::uint32_t slot = 1; slot <= 8; ++slot) EXPECT_TRUE(cache_.reap(slot));
}

}  // namespace
}  // namespace ekiden
