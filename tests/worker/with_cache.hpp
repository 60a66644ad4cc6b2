// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <ekiden/memoize.hpp>
#include <functional>
#include <string>

#include "shared/memo_cache.hpp"
#include "tests/shared/processes.hpp"
#include "tests/worker/error_of.hpp"
#include "worker/app/memoize.hpp"

namespace ekiden {

inline std::atomic<std::uint64_t> test_time{1'000'000'000};

/// An app in a worker: this process has slot 0 of a cache, whose clock the test moves.
class InAWorker : public testing::Test {
 protected:
  void SetUp() override {
    cache_.attach(0);
    worker::set_cache(&cache_);
  }
  void TearDown() override {
    worker::set_cache(nullptr);
    EXPECT_EQ(cache_.check_invariants(), "");
  }
  static void pass(std::chrono::nanoseconds time) {
    test_time += static_cast<std::uint64_t>(time.count());
  }
  /// Runs `body` in a worker process of its own.
  shared::Child worker(std::uint32_t slot, const std::function<int()>& body) {
    return shared::Child([this, slot, &body] {
      cache_.attach(slot);
      return body();
    });
  }

  shared::MemoCache cache_{{.data_bytes = 8U << 20, .now = [] { return test_time.load(); }}};
  shared::SharedObject<std::atomic<int>> calls_;
  App app_;
  Cache& values_ = app_.cache();
};

}  // namespace ekiden
