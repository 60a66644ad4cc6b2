// SPDX-License-Identifier: MIT
#include "shared/traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>
#include <string>
#include <vector>

#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

TEST(Traffic, CountsResponsesByStatusOverAllSlots) {
  Traffic traffic;
  for (const std::uint32_t slot : {0U, 3U}) {
    traffic.begin(slot);
    traffic.count_response(slot, 200, 10);
    traffic.count_response(slot, 404, 5);
    traffic.count_response(slot, 999, 0);
  }

  const TrafficTotals totals = traffic.totals();

  EXPECT_THAT(totals.responses, ElementsAre(2, 0, 2, 0, 2, 0));
  EXPECT_EQ(totals.bytes_out, 30U);
}

TEST(Traffic, PutsDurationsIntoTheirBuckets) {
  DurationCounts counts{};
  for (const auto duration : {0ns, 1ms + 0ns, 1ms + 1ns, 10s + 0ns, 11s + 0ns})
    counts.add(duration);
  DurationTotals totals;

  totals.add(counts);

  EXPECT_EQ(totals.buckets.front(), 2U);
  EXPECT_EQ(totals.buckets[1], 1U);
  EXPECT_EQ(totals.buckets[12], 1U);
  EXPECT_EQ(totals.buckets.back(), 1U);
  EXPECT_EQ(totals.count(), 5U);
  EXPECT_EQ(totals.sum_us, 21'002'000U);
}

TEST(Traffic, ShowsCallbacksThatWereCalled) {
  Traffic traffic;
  traffic.begin(1);
  traffic.callback("never.called");
  traffic.counts(1, traffic.callback("graph.figure")).ran.add(3ms);

  EXPECT_THAT(traffic.totals().callbacks, ElementsAre(Pair("graph.figure", testing::_)));
}

TEST(Traffic, OutlivesTheWorkersThatCounted) {
  Traffic traffic;
  for (int worker = 0; worker < 3; ++worker) {
    Child child([&] {
      traffic.begin(0);
      traffic.counts(0, traffic.callback("graph.figure")).ran.add(3ms);
      raise(SIGKILL);
      return 0;
    });
    child.wait();
  }

  EXPECT_EQ(traffic.totals().callbacks.at("graph.figure").ran.count(), 3U);
}

TEST(Traffic, GivesOneNumberToOneNameAlsoToManyAtOnce) {
  Traffic traffic;
  std::vector<std::unique_ptr<Child>> children;
  for (std::uint32_t slot = 0; slot < 8; ++slot) {
    children.push_back(std::make_unique<Child>([&traffic, slot] {
      traffic.begin(slot);
      for (int i = 0; i < 200; ++i) {
        count_on(traffic.counts(slot, traffic.callback("name " + std::to_string(i))).bytes_in, 1);
        traffic.counts(slot, traffic.callback("name " + std::to_string(i))).ran.add(1ms);
      }
      return 0;
    }));
  }
  for (const auto& child : children) EXPECT_EQ(child->exit_code(), 0);

  const TrafficTotals totals = traffic.totals();

  EXPECT_EQ(totals.callbacks.size(), 200U);
  for (const auto& [name, counts] : totals.callbacks) EXPECT_EQ(counts.ran.count(), 8U) << name;
}

TEST(Traffic, TheNextImageOfTheMasterCountsOn) {
  Traffic traffic;
  traffic.begin(0);
  traffic.counts(0, traffic.callback("x")).ran.add(1ms);

  Traffic next(dup(traffic.descriptor()));
  next.counts(0, next.callback("x")).ran.add(1ms);

  EXPECT_EQ(traffic.totals().callbacks.at("x").ran.count(), 2U);
}

TEST(Traffic, TellsNamesByTheirNumbers) {
  Traffic traffic;
  Child child([&] { return traffic.callback("graph.figure") == 1 ? 0 : 1; });
  EXPECT_EQ(child.exit_code(), 0);

  EXPECT_EQ(traffic.name(1), "graph.figure");
  EXPECT_EQ(traffic.name(0), "(others)");
  EXPECT_EQ(traffic.name(2), "?") << "nobody has that number";
  EXPECT_EQ(traffic.name(Traffic::kMostCallbacks), "(others)");
}

TEST(Traffic, CountsConnectionsThatWerePassedOnBeyondTheirWorkers) {
  Traffic traffic;
  for (const std::uint32_t slot : {0U, 0U, 4U}) {
    Child child([&traffic, slot] {
      traffic.begin(slot);
      traffic.count_passed(slot);
      raise(SIGKILL);
      return 0;
    });
    child.wait();
  }

  EXPECT_EQ(traffic.totals().passed, 3U);
}

TEST(Traffic, CountsWhatExceedsItsTableTogether) {
  Traffic traffic;
  traffic.begin(0);
  for (std::uint32_t i = 0; i < Traffic::kMostCallbacks + 5; ++i) {
    traffic.counts(0, traffic.callback(std::to_string(i))).ran.add(1ms);
  }

  EXPECT_EQ(traffic.totals().callbacks.at("(others)").ran.count(), 6U);
}

}  // namespace
}  // namespace ekiden::shared
