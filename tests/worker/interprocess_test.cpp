// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/interprocess/containers/map.hpp>
#include <boost/interprocess/containers/string.hpp>
#include <boost/interprocess/containers/vector.hpp>
#include <ekiden/interprocess.hpp>

#include "tests/worker/with_cache.hpp"

namespace ekiden {
namespace {

namespace bip = boost::interprocess;

using Text = bip::basic_string<char, std::char_traits<char>, InterprocessAllocator<char>>;
using Numbers = bip::vector<int, InterprocessAllocator<int>>;
using Entry = std::pair<const Text, Numbers>;
using Index = bip::map<Text, Numbers, std::less<Text>, InterprocessAllocator<Entry>>;

/// "0" to "n - 1", each with so many numbers.
Interprocess<Index> index_of(int n, std::size_t bytes) {
  return build_interprocess<Index>(bytes, [n](Index& index, InterprocessHeap& heap) {
    const InterprocessAllocator<char> allocator(heap.get_segment_manager());
    for (int i = 0; i < n; ++i) {
      Numbers numbers(static_cast<std::size_t>(i), i, allocator);
      index.emplace(Text(std::to_string(i).c_str(), allocator), std::move(numbers));
    }
  });
}

using InterprocessTest = InAWorker;

TEST_F(InterprocessTest, AMapOfContainersIsReadWhereItLiesByOtherWorkers) {
  const auto index = values_.memoize("index", [this](int n) {
    ++*calls_;
    return index_of(n, 1 << 16);
  });
  const auto here = index(50);
  EXPECT_EQ(here->size(), 50U);

  auto other = worker(1, [&] {
    const auto found = index(50);
    if (found->size() != 50) return 1;
    for (const auto& [name, numbers] : *found) {
      if (std::to_string(numbers.size()) != name.c_str()) return 2;
    }
    return 0;
  });
  EXPECT_EQ(other.exit_code_within(30), 0);
  cache_.reap(1);
  EXPECT_EQ(*calls_, 1);
}

TEST_F(InterprocessTest, WhatDoesNotFitIsBuiltAgainWithMoreMemory) {
  const auto index = values_.memoize("index", [](int n) { return index_of(n, 1); });

  const auto found = index(300);

  ASSERT_EQ(found->size(), 300U);
  EXPECT_EQ(found->rbegin()->second.size(), 99U) << "the last in the order of texts";
}

TEST_F(InterprocessTest, WhatTheBuilderThrowsReachesTheCaller) {
  const auto fails = values_.memoize("fails", [](int) {
    return build_interprocess<Numbers>(100, [](Numbers&) { throw Error("no numbers"); });
  });

  EXPECT_EQ(error_of([&] { fails(1); }), "no numbers");
}

TEST_F(InterprocessTest, DirectValuesMayBeSuchToo) {
  values_.set("numbers", build_interprocess<Numbers>(100, [](Numbers& numbers) {
                numbers.assign({1, 2, 3});
              }));

  const auto found = values_.get<Interprocess<Numbers>>("numbers");
  EXPECT_THAT(std::vector<int>((*found)->begin(), (*found)->end()), testing::ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace ekiden
