// SPDX-License-Identifier: MIT
// A memoized function's frame is made where the cache keeps it.
#include "worker/app/frame_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/memoize.hpp>
#include <numeric>
#include <optional>
#include <vector>

#include "shared/memo_cache.hpp"
#include "worker/app/memoize.hpp"

namespace ekiden {
namespace {

/// A frame of some 100 kB.
Frame numbers(double first) {
  std::vector<double> values(12'000);
  std::iota(values.begin(), values.end(), first);
  return Frame({{"x", values}});
}
constexpr std::size_t kFrameBytes = 96'000;

class InPlace : public testing::Test {
 protected:
  void SetUp() override {
    cache_.attach(0);
    worker::set_cache(&cache_);
  }
  void TearDown() override {
    worker::set_cache(nullptr);
    EXPECT_EQ(cache_.check_invariants(), "");
  }
  bool is_in_cache(const Frame& frame) const {
    const auto all = cache_.readable_bytes();
    return frame.bytes().data() >= all.data() && frame.bytes().data() < all.data() + all.size();
  }
  std::uint64_t payload() { return cache_.counters().payload_bytes; }
  /// With values of 32 pages, key and all, so that no page is left over.
  void fill_cache() {
    const std::vector<std::byte> value(131'000);
    for (int i = 0; i < 32; ++i) cache_.store("filler " + std::to_string(i), value);
  }

  shared::MemoCache cache_{{.data_bytes = 4U << 20}};
  App app_;
};

TEST_F(InPlace, TheFrameIsMadeWhereItIsKept) {
  const std::byte* made = nullptr;
  const auto store = app_.cache().memoize("store", [&made](double first) -> Frame {
    Frame frame = numbers(first);
    made = frame.bytes().data();
    return frame;
  });

  const Frame computed = store(1.0);

  EXPECT_EQ(computed.bytes().data(), made);
  EXPECT_EQ(store(1.0).bytes().data(), made);
  EXPECT_EQ(computed["x"].as<double>()[11'999], 12'000.0);
  EXPECT_EQ(cache_.counters().computations, 1U);
}

TEST_F(InPlace, ASelectionIsToo) {
  const Frame df = numbers(0);
  const std::byte* made = nullptr;
  const auto store = app_.cache().memoize("store", [&made, df](double least) -> Frame {
    Frame selected = df[df["x"] >= least];
    made = selected.bytes().data();
    return selected;
  });

  const Frame kept = store(6000.0);

  EXPECT_EQ(kept.bytes().data(), made);
  EXPECT_EQ(kept.rows(), 6000U);
}

TEST_F(InPlace, WhatIsMadeOnTheWayGivesItsRoomBack) {
  const auto store = app_.cache().memoize("store", [](double first) -> Frame {
    const Frame all = numbers(first);
    return all[all["x"] >= first + 6000];
  });

  EXPECT_EQ(store(1.0)["x"].as<double>()[0], 6001.0);
  EXPECT_LT(payload(), kFrameBytes);
}

TEST_F(InPlace, InAFullCacheOnlyTheResultMakesOthersGo) {
  std::vector<bool> in_cache;
  const auto store = app_.cache().memoize("store", [&](double first) -> Frame {
    const Frame all = numbers(first);
    Frame result = all[all["x"] >= first + 6000];
    in_cache.push_back(is_in_cache(all));
    in_cache.push_back(is_in_cache(result));
    return result;
  });
  fill_cache();

  store(1.0);
  store(2.0);

  EXPECT_THAT(in_cache, testing::ElementsAre(false, false, false, true));
}

TEST_F(InPlace, AFrameOfSomebodyElseIsCopied) {
  const Frame df = numbers(7);
  const auto store = app_.cache().memoize("store", [df](double) -> Frame { return df; });

  const Frame kept = store(1.0);

  EXPECT_TRUE(is_in_cache(kept));
  EXPECT_NE(kept.bytes().data(), df.bytes().data());
}

TEST_F(InPlace, AFrameThatOutlivesAFailedComputationStays) {
  std::optional<Frame> kept;
  const auto store = app_.cache().memoize("store", [&kept](double first) -> Frame {
    kept = numbers(first);
    throw Error("too late");
  });

  EXPECT_THROW(store(5.0), Error);
  fill_cache();

  EXPECT_TRUE(is_in_cache(*kept));
  EXPECT_EQ((*kept)["x"].as<double>()[11'999], 12'004.0);
  kept.reset();
}

TEST_F(InPlace, AFrameOfAnEarlierComputationIsNoResultOfThis) {
  std::optional<Frame> kept;
  const auto store = app_.cache().memoize("store", [&kept](double first) -> Frame {
    if (!kept) {
      kept = numbers(first);
      throw Error("not yet");
    }
    return *kept;
  });

  EXPECT_THROW(store(5.0), Error);
  const Frame result = store(6.0);

  EXPECT_NE(result.bytes().data(), kept->bytes().data());
  EXPECT_EQ(result["x"].as<double>()[0], 5.0);
  kept.reset();
}

TEST_F(InPlace, WhatWasVoidedMeanwhileIsNotKept) {
  std::optional<Memoized<Frame(double)>> store;
  int calls = 0;
  store = app_.cache().memoize("store", [&](double first) -> Frame {
    if (++calls == 1) app_.cache().delete_memoized(*store);
    return numbers(first);
  });

  EXPECT_EQ((*store)(1.0)["x"].as<double>()[0], 1.0);
  (*store)(1.0);

  EXPECT_EQ(calls, 2);
}

TEST_F(InPlace, AResultThatIsNotToBeKeptIsFree) {
  const auto store = app_.cache().memoize(
      "store", [](double first) -> Frame { return numbers(first); },
      ResponseFilter{[](const Frame&) { return false; }});

  EXPECT_EQ(store(1.0)["x"].as<double>()[0], 1.0);
  EXPECT_EQ(cache_.find("anything"), std::nullopt);
  cache_.store("room", {});

  EXPECT_EQ(cache_.counters().entries, 2U);  // the notice, and "room"
}

TEST_F(InPlace, AForcedUpdateIsMadeInPlace) {
  const std::byte* made = nullptr;
  const auto store = app_.cache().memoize(
      "store",
      [&made](double first) -> Frame {
        Frame frame = numbers(first);
        made = frame.bytes().data();
        return frame;
      },
      ForcedUpdate{[] { return true; }});

  store(1.0);

  EXPECT_EQ(store(1.0).bytes().data(), made);
  EXPECT_EQ(cache_.counters().entries, 1U);
}

TEST_F(InPlace, NestedFunctionsEachHaveTheirOwn) {
  const auto inner =
      app_.cache().memoize("inner", [](double first) -> Frame { return numbers(first); });
  const std::byte* made = nullptr;
  const auto outer = app_.cache().memoize("outer", [inner, &made](double first) -> Frame {
    const Frame all = inner(first);
    Frame result = all[all["x"] >= first + 6000];
    made = result.bytes().data();
    return result;
  });

  EXPECT_EQ(outer(1.0).bytes().data(), made);
  EXPECT_EQ(inner(1.0).rows(), 12'000U);
}

}  // namespace
}  // namespace ekiden
