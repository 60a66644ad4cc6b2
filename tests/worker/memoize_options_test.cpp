// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tests/shared/processes.hpp"
#include "tests/worker/with_cache.hpp"

namespace ekiden {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class MemoizeOptionsTest : public InAWorker {
 protected:
  /// A function that tells how often it was called.
  auto counting() {
    return [this](int) { return ++*calls_; };
  }
};

TEST_F(MemoizeOptionsTest, DeletingAFunctionForgetsAllItsResults) {
  const auto f = values_.memoize("f", counting());
  const auto g = values_.memoize("g", counting());
  f(1), f(2), g(1);

  values_.delete_memoized(f);

  EXPECT_EQ(f(1), 4);
  EXPECT_EQ(f(2), 5);
  EXPECT_EQ(g(1), 3);
}

TEST_F(MemoizeOptionsTest, DeletingIsSeenByOtherWorkers) {
  const auto f = values_.memoize("f", counting());
  f(1);
  auto other = worker(1, [&] {
    values_.delete_memoized(f);
    return 0;
  });
  ASSERT_EQ(other.exit_code_within(30), 0);
  cache_.reap(1);

  EXPECT_EQ(f(1), 2);
}

TEST_F(MemoizeOptionsTest, EvictingATagForgetsTheResultsThatBearIt) {
  const auto f = values_.memoize("f", MemoizeOptions{.tags = {"prices"}}, counting());
  const auto g = values_.memoize("g", MemoizeOptions{.tags = {"stock"}}, counting());
  f(1), g(1);

  values_.evict("prices");

  EXPECT_EQ(f(1), 3);
  EXPECT_EQ(g(1), 2);
}

TEST_F(MemoizeOptionsTest, UnlessAsksTheCallAndGoesPastTheCache) {
  const auto f = values_.memoize("f", counting(), Unless{[](int n) { return n > 5; }});

  EXPECT_EQ(f(9), 1);
  EXPECT_EQ(f(9), 2);
  EXPECT_EQ(f(1), 3);
  EXPECT_EQ(f(1), 3);
}

TEST_F(MemoizeOptionsTest, ConditionsMayTakeNothing) {
  bool fresh = true;
  const auto f = values_.memoize("f", counting(), ForcedUpdate{[&fresh] { return fresh; }});
  f(1);

  EXPECT_EQ(f(1), 2);
  fresh = false;
  EXPECT_EQ(f(1), 2);
}

TEST_F(MemoizeOptionsTest, IsStaleLooksAtTheResultThatWasFound) {
  const auto f = values_.memoize("f", counting(), IsStale{[](int result) { return result < 3; }});

  EXPECT_EQ(f(1), 2) << "the first is stale at once";
  EXPECT_EQ(f(1), 3);
  EXPECT_EQ(f(1), 3);
}

TEST_F(MemoizeOptionsTest, IsStaleMayTakeTheArgumentsToo) {
  const auto f =
      values_.memoize("f", counting(), IsStale{[](int result, int n) { return result < n; }});

  EXPECT_EQ(f(0), 1);
  EXPECT_EQ(f(2), 2);
}

TEST_F(MemoizeOptionsTest, ResponseFilterDecidesWhatIsKept) {
  const auto f =
      values_.memoize("f", counting(), ResponseFilter{[](int result) { return result >= 3; }});

  EXPECT_EQ(f(1), 1);
  EXPECT_EQ(f(1), 2);
  EXPECT_EQ(f(1), 3);
  EXPECT_EQ(*calls_, 3);
}

TEST_F(MemoizeOptionsTest, NoResultIsRememberedOnlyIfAskedFor) {
  const auto none = [this](int) { return ++*calls_, std::optional<std::string>(); };
  const auto usual = values_.memoize("usual", none);
  const auto kept = values_.memoize("kept", MemoizeOptions{.cache_none = true}, none);

  usual(1), usual(1);
  EXPECT_EQ(*calls_, 2);
  EXPECT_FALSE(kept(1).has_value());
  EXPECT_FALSE(kept(1).has_value());
  EXPECT_EQ(*calls_, 3);
}

TEST_F(MemoizeOptionsTest, IgnoredArgumentsDoNotTellCallsApart) {
  const auto f = values_.memoize("f", MemoizeOptions{.args_to_ignore = {1}},
                                 [this](int n, std::string) { return n + 10 * ++*calls_; });

  EXPECT_EQ(f(1, "quiet"), 11);
  EXPECT_EQ(f(1, "loud"), 11);
  EXPECT_EQ(f(2, "loud"), 22);
}

TEST_F(MemoizeOptionsTest, ResultsDependOnAFileByItsChanges) {
  const std::string path = testing::TempDir() + "depends_on." + std::to_string(getpid());
  std::ofstream(path) << "one";
  const auto f = values_.memoize("f", MemoizeOptions{.depends_on = {path}}, counting());

  EXPECT_EQ(f(1), 1);
  EXPECT_EQ(f(1), 1);
  std::ofstream(path) << "longer";
  EXPECT_EQ(f(1), 2);
  std::remove(path.c_str());
  EXPECT_EQ(f(1), 3);
}

TEST_F(MemoizeOptionsTest, ResultsDependOnAFrameByItsContent) {
  const auto on = [&](double value) {
    App app;
    const Frame frame({{"x", {value}}});
    return app.cache().memoize("f", MemoizeOptions{.depends_on = {frame}}, counting())(1);
  };

  EXPECT_EQ(on(1), 1);
  EXPECT_EQ(on(1), 1);
  EXPECT_EQ(on(2), 2);
}

TEST_F(MemoizeOptionsTest, MakeNameGivesTheNameThatResultsAreKeptUnder) {
  const auto with_prefix = [](const std::string& name) { return "v2 " + name; };
  App other;
  const auto f = values_.memoize("v2 f", counting());
  const auto same =
      other.cache().memoize("f", MemoizeOptions{.make_name = with_prefix}, counting());

  EXPECT_EQ(f(1), 1);
  EXPECT_EQ(same(1), 1);
}

TEST_F(MemoizeOptionsTest, AStaleResultIsGivenOutWhileItIsComputedAnew) {
  const auto f = values_.memoize("f", MemoizeOptions{.timeout = 10s, .stale_while_revalidate = 60s},
                                 counting());
  EXPECT_EQ(f(1), 1);
  pass(11s);

  EXPECT_EQ(f(1), 1);
  EXPECT_TRUE(shared::eventually([&] { return f(1) == 2; }));
  EXPECT_EQ(*calls_, 2);
}

TEST_F(MemoizeOptionsTest, OptionsThatMakeNoSenseAreRefusedByName) {
  const auto refused = [&](MemoizeOptions options) {
    return error_of([&] { values_.memoize("f", std::move(options), counting()); });
  };

  EXPECT_THAT(refused({.stale_while_revalidate = -1s}), HasSubstr("stale_while_revalidate"));
  EXPECT_THAT(refused({.early_recompute = -1}), HasSubstr("early_recompute is negative"));
  EXPECT_THAT(refused({.tags = std::vector<std::string>(8, "tag")}), HasSubstr("8 tags"));
  EXPECT_THAT(refused({.args_to_ignore = {1}}),
              HasSubstr("memoize(\"f\"): args_to_ignore names argument 1, but the function has 1"));
}

TEST_F(MemoizeOptionsTest, AJsonResultIsReadBackEqual) {
  const auto f = values_.memoize("f", [this](int n) {
    ++*calls_;
    return Json{{"n", n}, {"list", Json::array({1.5, nullptr, "x"})}};
  });

  EXPECT_EQ(f(3).dump(), f(3).dump());
  EXPECT_EQ(f(3).dump(), R"({"n":3,"list":[1.5,null,"x"]})");
  EXPECT_EQ(*calls_, 1);
}

TEST_F(MemoizeOptionsTest, TextsAreReadWhereTheyLie) {
  const auto f = values_.memoize("f", [](int) { return std::vector<std::string>{"a", "bc"}; });

  const auto texts = f(1);
  EXPECT_EQ(texts.size(), 2U);
  EXPECT_EQ(texts[1], "bc");
}

}  // namespace
}  // namespace ekiden
