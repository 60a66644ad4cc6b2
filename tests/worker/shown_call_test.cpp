// SPDX-License-Identifier: MIT
#include "worker/shown_call.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <utility>

#include "tests/worker/pool_task.hpp"
#include "worker/http/callback_pool.hpp"

namespace ekiden::worker {
namespace {

using namespace std::chrono_literals;

using test::Task;

/// A pool, and where its threads show their calls.
class ShownCall : public testing::Test {
 protected:
  void make(std::uint32_t threads) {
    CallbackPool::Options options;
    options.threads = threads;
    options.max_spares = 2;
    options.shown = row_.get();
    options.finished = [this](const std::shared_ptr<CallbackPool::Job>&) { finished_.release(); };
    pool_.emplace(std::move(options));
  }
  void submit(std::function<void()> body) {
    pool_->submit(std::make_shared<Task>(std::move(body)));
  }
  /// Submits a job of that callback, and waits until it shows itself; it goes on with go_on_.
  void begin(std::uint32_t callback) {
    submit([this, callback] {
      begin_shown_call(5'000'000'000, 70'000'000);
      name_shown_call(callback);
      begun_.release();
      go_on_.acquire();
    });
    begun_.acquire();
  }
  std::optional<shared::RunningCall> shown(std::size_t place) const {
    return row_->threads[place].call.read();
  }

  const std::unique_ptr<shared::CallRow> row_ = std::make_unique<shared::CallRow>();
  std::counting_semaphore<100> finished_{0}, begun_{0}, go_on_{0}, waited_{0}, end_{0};
  std::optional<CallbackPool> pool_;
};

TEST_F(ShownCall, IsInItsThreadsPlaceUntilItEnds) {
  make(2);
  begin(3);
  begin(4);
  ASSERT_TRUE(shown(0) && shown(1));
  EXPECT_EQ(shown(0)->callback + shown(1)->callback, 7U);
  EXPECT_EQ(shown(0)->began, 5000ms);
  EXPECT_EQ(shown(0)->queued, 70ms);
  EXPECT_EQ(row_->used, 2U);

  go_on_.release(2);
  finished_.acquire();
  finished_.acquire();

  EXPECT_FALSE(shown(0) || shown(1));
}

TEST_F(ShownCall, SaysThatItWaitsAndTheSpareHasAPlaceOfItsOwn) {
  make(1);
  submit([this] {
    begin_shown_call(1'000'000, 0);
    name_shown_call(3);
    pool_->begin_wait();
    begun_.release();
    go_on_.acquire();
    pool_->end_wait();
    waited_.release();
    end_.acquire();
  });
  begun_.acquire();
  EXPECT_TRUE(shown(0)->waits);

  submit([this] { go_on_.release(); });
  waited_.acquire();

  EXPECT_FALSE(shown(0)->waits);
  EXPECT_EQ(row_->used, 2U);
  end_.release();
  for (int i = 0; i < 2; ++i) finished_.acquire();
}

TEST_F(ShownCall, WhatIsNotNamedIsNotShown) {
  make(2);
  submit([this] {
    begin_shown_call(1'000'000, 0);
    begun_.release();
    go_on_.acquire();
  });
  begun_.acquire();

  EXPECT_FALSE(shown(0) || shown(1));
  go_on_.release();
  finished_.acquire();
}

TEST(ShownCallElsewhere, IsNothing) {
  begin_shown_call(1, 0);
  name_shown_call(3);
  set_shown_call_waits(true);
  end_shown_call();
}

}  // namespace
}  // namespace ekiden::worker
