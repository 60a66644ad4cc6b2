// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <ekiden/app.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/memoize.hpp>
#include <numeric>
#include <vector>

#include "shared/memo_cache.hpp"
#include "tests/shared/processes.hpp"
#include "worker/app/memoize.hpp"

namespace ekiden {
namespace {

using shared::Child;
using shared::SharedObject;

constexpr std::size_t kRows = 6'250'000;  // two columns of doubles: 100 MB
constexpr std::uint32_t kWorkers = 4;

struct Progress {
  std::atomic<std::uint32_t> computations, right;
};

double sum(const Column& column) {
  const auto values = column.as<double>();
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST(SharedFrame, FourWorkersReadOneCopyOfAHundredMegabytes) {
  shared::MemoCache cache({.data_bytes = 128U << 20});
  worker::set_cache(&cache);
  SharedObject<Progress> progress;
  App app;
  const auto table = app.cache().memoize("table", [&]() -> Frame {
    ++progress->computations;
    return Frame(
        {{"x", std::vector<double>(kRows, 1.0)}, {"y", std::vector<double>(kRows, 2.0)}});
  });
  const auto read = [&](std::uint32_t slot) {
    cache.attach(slot);
    const Frame df = table();
    if (sum(df["x"]) == kRows && sum(df["y"]) == 2 * kRows) ++progress->right;
    return df;
  };

  Child([&] { return read(kWorkers).rows() == kRows ? 0 : 1; }).wait();  // its heap goes with it
  std::vector<Child> workers;
  for (std::uint32_t slot = 0; slot < kWorkers; ++slot) {
    workers.emplace_back([&, slot] {
      const Frame held = read(slot);
      return pause();
    });
  }
  ASSERT_TRUE(shared::eventually([&] { return progress->right == kWorkers + 1; }, 60));

  std::size_t total = shared::proportional_set_size(getpid());
  for (const Child& child : workers) total += shared::proportional_set_size(child.pid());
  EXPECT_EQ(progress->computations, 1U);
  EXPECT_GT(total, 100'000'000U);
  EXPECT_LT(total, 150'000'000U);
  worker::set_cache(nullptr);
}

}  // namespace
}  // namespace ekiden
