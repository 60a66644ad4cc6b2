// SPDX-License-Identifier: MIT
#include "shared/disk_tier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <deque>
#include <functional>
#include <memory>

#include "shared/disk_record.hpp"
#include "shared/tiered_cache.hpp"
#include "tests/shared/disk_values.hpp"

namespace ekiden::shared {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::Eq;
using testing::Optional;

constexpr std::size_t kLarge = 300'000;

void pass(seconds time) { disk_test_time += static_cast<std::uint64_t>(nanoseconds(time).count()); }

TEST(DiskTier, ValuesOfEachSizeOutliveTheServer) {
  DiskSite site;
  const std::vector<std::size_t> sizes{
      0, 1, 64, 1 << 16, (1 << 16) + 1, 1 << 18, (1 << 18) + 1, 5'000'001};
  for (const std::size_t size : sizes) {
    site.save(std::to_string(size), std::string(size, 'x'));
  }

  for (const char* how : {"as it is", "stopped", "killed"}) {
    SCOPED_TRACE(how);
    if (how == std::string("stopped")) site.restart();
    if (how == std::string("killed")) {
      site.crash();
      site.start();
    }
    for (const std::size_t size : sizes) {
      EXPECT_TRUE(site.found(std::to_string(size)) == std::string(size, 'x')) << size;
    }
  }
  EXPECT_EQ(site.files().size(), 4U);
  EXPECT_EQ(site.found("another"), std::nullopt);
}

TEST(DiskTier, AValueTakesThePlaceOfTheOneBefore) {
  DiskSite site;
  for (const std::size_t size : {10U, 100'000U, 200'000U, 20U, 300'000U}) {
    site.save("key", pattern(size, size));
    EXPECT_TRUE(site.found("key") == pattern(size, size));
  }
  EXPECT_EQ(site.files().size(), 1U);

  site.save("key", "small");

  EXPECT_TRUE(site.files().empty());
}

TEST(DiskTier, WhatIsLeftOfALifetimeIsGivenBackAlsoAfterARestart) {
  DiskSite site;
  site.save("small", "value", seconds(10));
  site.save("large", pattern(kLarge, 1), seconds(10));
  site.save("for ever", "value");
  pass(seconds(4));
  site.restart();

  for (const char* key : {"small", "large"}) {
    Taken taken;
    EXPECT_TRUE(site.tier().find({key, {}, {}}, taken));
    EXPECT_THAT(taken.timeout(), Optional(nanoseconds(seconds(6))));
  }
  Taken taken;
  EXPECT_TRUE(site.tier().find({"for ever", {}, {}}, taken));
  EXPECT_EQ(taken.timeout(), std::nullopt);

  pass(seconds(6));

  EXPECT_EQ(site.found("small"), std::nullopt);
  EXPECT_EQ(site.found("large"), std::nullopt);
  EXPECT_EQ(site.found("for ever"), "value");
}

TEST(DiskTier, AClockThatIsSetBackGivesNoValueALongerLife) {
  DiskSite site;
  site.save("key", "value", seconds(10));
  disk_test_time -= static_cast<std::uint64_t>(nanoseconds(seconds(3600)).count());

  Taken taken;
  EXPECT_TRUE(site.tier().find({"key", {}, {}}, taken));

  EXPECT_THAT(taken.timeout(), Optional(nanoseconds(seconds(10))));
}

TEST(DiskTier, VoidingAFunctionOrTagHoldsAfterARestart) {
  DiskSite site;
  site.save("f", "value", {}, "f:f");
  site.save("g", "value", {}, "f:g", {"t:a", "t:b"});
  site.save("large", pattern(kLarge, 1), {}, "f:f", {"t:b"});
  site.save("other", "value", {}, "f:other", {"t:c"});

  site.tier().invalidate("f:f");
  site.tier().invalidate("t:a");

  for (int start = 0; start < 2; ++start) {
    EXPECT_EQ(site.found("f"), std::nullopt);
    EXPECT_EQ(site.found("g"), std::nullopt);
    EXPECT_EQ(site.found("large"), std::nullopt);
    EXPECT_EQ(site.found("other"), "value");
    site.restart();
  }
  site.save("f", "new", {}, "f:f");
  site.restart();
  EXPECT_EQ(site.found("f"), "new");
}

TEST(DiskTier, AValueVoidedWhileItIsComputedIsNotKept) {
  DiskSite site;
  const std::vector<std::string> tags{"t:a"};
  const std::vector<std::function<void()>> voidings{
      [&] { site.tier().erase("key"); }, [&] { site.tier().invalidate("f:f"); },
      [&] { site.tier().invalidate("t:a"); }, [&] { site.tier().clear(); }};
  for (std::size_t how = 0; how < voidings.size(); ++how) {
    for (const std::size_t size : {std::size_t{10}, kLarge}) {
      const Tier::Item item{"key", "f:f", tags};
      Taken taken;
      const Tier::Lead lead = site.tier().load(item, taken);
      ASSERT_FALSE(lead.found);

      voidings[how]();
      site.tier().save(item, lead.stamp, bytes(pattern(size, how)), nanoseconds(0));

      EXPECT_EQ(site.found("key"), std::nullopt) << how << ' ' << size;
      EXPECT_TRUE(site.files().empty());
    }
  }
}

TEST(DiskTier, ErasingSaysWhetherThereWasAValue) {
  DiskSite site;
  site.save("small", "value");
  site.save("large", pattern(kLarge, 1));
  site.save("expired", "value", seconds(1));
  site.save("void", "value", {}, "f:f");
  site.tier().invalidate("f:f");
  pass(seconds(1));

  EXPECT_TRUE(site.tier().erase("small"));
  EXPECT_TRUE(site.tier().erase("large"));
  EXPECT_FALSE(site.tier().erase("small"));
  EXPECT_FALSE(site.tier().erase("expired"));
  EXPECT_FALSE(site.tier().erase("void"));
  EXPECT_FALSE(site.tier().erase("never there"));

  EXPECT_TRUE(site.files().empty());
  EXPECT_EQ(site.found("small"), std::nullopt);
}

TEST(DiskTier, ClearingTakesAllAndHoldsAfterARestart) {
  DiskSite site;
  for (int key = 0; key < 100; ++key) site.save(std::to_string(key), "value");
  site.save("large", pattern(kLarge, 1));

  site.tier().clear();
  site.restart();

  for (int key = 0; key < 100; ++key) EXPECT_EQ(site.found(std::to_string(key)), std::nullopt);
  EXPECT_EQ(site.found("large"), std::nullopt);
  EXPECT_TRUE(site.files().empty());
  site.save("1", "new");
  EXPECT_EQ(site.found("1"), "new");
}

TEST(DiskTier, AKeyThatIsTooLongIsAMissAndCounted) {
  DiskSite site;
  const std::string longest(DiskRecord::kMostKey, 'k');

  site.save(longest, "value");
  site.save(longest + "k", "value");

  EXPECT_EQ(site.found(longest), "value");
  EXPECT_EQ(site.found(longest + "k"), std::nullopt);
  EXPECT_EQ(site.tier().counters().failures, 1U);
}

/// Bytes that the disk has for the folder's files, without holes.
std::uint64_t disk_usage(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    struct stat status {};
    if (lstat(entry.path().c_str(), &status) == 0) {
      bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
    }
  }
  return bytes;
}

TEST(DiskTier, LargeValuesStayWithinTheSizeAndTheOldestGo) {
  constexpr std::uint64_t kSize = 16U << 20;
  DiskSite site(kSize);
  for (int key = 0; key < 60; ++key) {
    site.save(std::to_string(key), pattern(1'000'000, static_cast<std::uint64_t>(key)));
    // Used all the time, so not among the oldest.
    EXPECT_TRUE(site.found("0") == pattern(1'000'000, 0)) << key;
  }

  EXPECT_LE(disk_usage(site.path()), kSize + (1U << 20));
  EXPECT_EQ(site.found("1"), std::nullopt);
  EXPECT_TRUE(site.found("59") == pattern(1'000'000, 59));
  EXPECT_GE(site.files().size(), 10U);
  EXPECT_EQ(site.tier().counters().evicted, 60U - site.files().size());
  site.crash();
  site.start();
  EXPECT_TRUE(site.found("59") == pattern(1'000'000, 59));
}

TEST(DiskTier, SmallValuesStayWithinTheSizeWhateverTheirSizes) {
  constexpr std::uint64_t kSize = 16U << 20;
  for (const std::size_t size : {24U, 1000U, 3000U, 60'000U}) {
    SCOPED_TRACE(size);
    DiskSite site(kSize);
    const std::size_t count = kSize / (size + 200) * 3 / 4 + 100;
    for (std::size_t key = 0; key < count; ++key) {
      site.save("key " + std::to_string(key), pattern(size, key));
    }

    EXPECT_EQ(site.tier().counters().failures, 0U);
    EXPECT_EQ(site.tier().counters().saved, count);
    EXPECT_LE(disk_usage(site.path()), kSize + (1U << 20));
    EXPECT_EQ(site.found("key 0"), std::nullopt);
    for (std::size_t key = count - 50; key < count; ++key) {
      EXPECT_TRUE(site.found("key " + std::to_string(key)) == pattern(size, key));
    }
    site.restart();
    EXPECT_TRUE(site.found("key " + std::to_string(count - 1)) == pattern(size, count - 1));
  }
}

TEST(DiskTier, AValueLargerThanTheDiskMayTakeIsNotKept) {
  DiskSite site(16U << 20);
  site.save("other", pattern(1'000'000, 1));

  site.save("key", std::string(17U << 20, 'x'));

  EXPECT_EQ(site.found("key"), std::nullopt);
  EXPECT_TRUE(site.found("other") == pattern(1'000'000, 1));
  EXPECT_EQ(site.files().size(), 1U);
}

/// A segment with a disk behind it, whose writer runs when the test says so.
class BehindTheSegment : public testing::Test {
 protected:
  void SetUp() override {
    site_.close_tier();
    memory_.attach(0);
    DiskTier::Options options{site_.path(), 64U << 20};
    options.later = [this](std::function<void()> job) { jobs_.push_back(std::move(job)); };
    options.pin = [this](std::string_view key) { return memory_.find(key); };
    std::vector<std::unique_ptr<Tier>> tiers;
    tiers.push_back(std::make_unique<DiskTier>(options));
    tier_ = static_cast<DiskTier*>(tiers.back().get());
    cache_ = std::make_unique<TieredCache>(memory_, std::move(tiers));
  }
  void TearDown() override {
    write_all();
    cache_.reset();
    EXPECT_EQ(memory_.check_invariants(), "");
  }
  void write_all() {
    for (; !jobs_.empty(); jobs_.pop_front()) jobs_.front()();
  }
  std::string computed(std::string_view key, const std::string& value) {
    const TieredCache::Call call{{key, {}, {}}, {}};
    return text(cache_->get_or_compute(call, computes(value)));
  }
  std::optional<std::string> on_disk(std::string_view key) {
    Taken taken;
    return tier_->find({key, {}, {}}, taken) ? taken.text() : std::nullopt;
  }

  DiskSite site_;
  MemoCache memory_{{.data_bytes = 32U << 20}};
  std::deque<std::function<void()>> jobs_;
  DiskTier* tier_ = nullptr;
  std::unique_ptr<TieredCache> cache_;
};

TEST_F(BehindTheSegment, AComputationIsNotRepeatedForWhatIsOnDisk) {
  const std::string large = pattern(kLarge, 1);
  computed("small", "value");
  computed("large", large);
  memory_.clear();

  EXPECT_EQ(computed("small", "computed again"), "value");
  EXPECT_TRUE(computed("large", "computed again") == large);
  EXPECT_TRUE(jobs_.empty());
}

TEST_F(BehindTheSegment, AVeryLargeValueIsPinnedUntilItIsWrittenLater) {
  const std::string large = pattern(2'000'000, 1);
  EXPECT_TRUE(computed("key", large) == large);
  EXPECT_EQ(jobs_.size(), 1U);
  EXPECT_EQ(on_disk("key"), std::nullopt);

  memory_.clear();
  for (int other = 0; other < 40; ++other) {
    computed(std::to_string(other), pattern(1'000'000, 2));
  }
  write_all();

  EXPECT_TRUE(on_disk("key") == large);
}

TEST_F(BehindTheSegment, AVeryLargeValueErasedBeforeItIsWrittenStaysAway) {
  computed("key", pattern(2'000'000, 1));

  cache_->erase("key");
  write_all();

  EXPECT_EQ(on_disk("key"), std::nullopt);
  EXPECT_TRUE(site_.files().empty());
}

TEST_F(BehindTheSegment, AValueThatTheSegmentHasNoRoomForIsKeptOnDisk) {
  const std::string large = pattern(40'000'000, 1);
  EXPECT_TRUE(computed("key", large) == large);

  EXPECT_TRUE(jobs_.empty());
  EXPECT_TRUE(on_disk("key") == large);
  EXPECT_TRUE(computed("key", "computed again") == large);
}

TEST_F(BehindTheSegment, DeletingTakesAValueFromTheDiskToo) {
  computed("key", "value");

  EXPECT_TRUE(cache_->erase("key"));

  EXPECT_EQ(computed("key", "new"), "new");
  EXPECT_THAT(on_disk("key"), Optional(Eq("new")));
}

}  // namespace
}  // namespace ekiden::shared
