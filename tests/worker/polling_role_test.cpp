// SPDX-License-Identifier: MIT
#include "worker/http/polling_role.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <thread>
#include <utility>

#include "tests/worker/pool_task.hpp"
#include "worker/app/stack_sample.hpp"

namespace ekiden::worker {
namespace {

using namespace std::chrono_literals;
using Signal = std::binary_semaphore;

using test::Task;

/// A role whose first poller runs one job, once there is a deputy. Whoever polls next, or on, ends
/// it all.
class PollingRoleTest : public testing::Test {
 protected:
  PollingRoleTest() : pool_(options()) {}

  CallbackPool::Options options() {
    CallbackPool::Options options;
    options.finished = [this](const std::shared_ptr<CallbackPool::Job>&) { finished_.release(); };
    return options;
  }

  void run_while_polling(std::function<void()> body, std::chrono::milliseconds look_every) {
    task_ = std::make_shared<Task>(std::move(body));
    role_.emplace(pool_, PollingRole::Options{[this] { return poll(); }, look_every});
    role_->run();
  }

  bool poll() {
    if (began_) {
      polls_on_.release();
      return true;
    }
    began_ = true;
    while (!role_->begin(*task_)) std::this_thread::yield();
    task_->run();
    kept_ = role_->end(task_);
    return kept_;
  }

  std::counting_semaphore<> finished_{0};
  CallbackPool pool_;
  std::shared_ptr<Task> task_;
  Signal polls_on_{0};
  bool began_ = false;
  bool kept_ = false;
  std::optional<PollingRole> role_;  // its end waits for its threads
};

TEST_F(PollingRoleTest, AThreadWhoseJobEndsSoonPollsOn) {
  run_while_polling([] {}, 1h);
  EXPECT_TRUE(kept_);
  EXPECT_EQ(pool_.busy(), 0U);
}

TEST_F(PollingRoleTest, TheDeputyPollsOnWhileAJobDoesNotEnd) {
  std::uint32_t busy = 0;

  run_while_polling(
      [&] {
        ASSERT_TRUE(polls_on_.try_acquire_for(10s));
        busy = pool_.busy();
      },
      1ms);

  ASSERT_TRUE(finished_.try_acquire_for(10s));
  EXPECT_EQ(busy, 1U) << "the job counts as one of the pool's";
  EXPECT_EQ(pool_.busy(), 0U);
}

TEST_F(PollingRoleTest, TheDeputyPollsOnAtOnceWhenAJobIsAboutToWait) {
  run_while_polling(
      [this] {
        pool_.begin_wait();
        ASSERT_TRUE(polls_on_.try_acquire_for(10s));
        pool_.end_wait();
      },
      1h);

  ASSERT_TRUE(finished_.try_acquire_for(10s));
  EXPECT_EQ(pool_.busy(), 0U);
}

TEST_F(PollingRoleTest, TheDeputyPollsOnAtOnceWhenAJobIsAboutToComputeForOthers) {
  run_while_polling(
      [this] {
        pool_.begin_long();
        ASSERT_TRUE(polls_on_.try_acquire_for(10s));
      },
      1h);

  ASSERT_TRUE(finished_.try_acquire_for(10s));
  EXPECT_EQ(pool_.busy(), 0U);
}

TEST_F(PollingRoleTest, AJobThatWaitsLeavesItsSlotToOthers) {
  run_while_polling(
      [this] {
        pool_.begin_wait();
        Signal other{0};
        pool_.submit(std::make_shared<Task>([&other] { other.release(); }));
        ASSERT_TRUE(other.try_acquire_for(10s));
        pool_.end_wait();
      },
      1h);

  EXPECT_TRUE(finished_.try_acquire_for(10s));
  EXPECT_TRUE(finished_.try_acquire_for(10s));
}

TEST_F(PollingRoleTest, AJobThatItWasTakenFromCanBeGivenUp) {
  watch_samples();
  auto state = CallbackPool::GivenUp::State::finished;
  bool called_back = false;

  run_while_polling(
      [&] {
        ASSERT_TRUE(polls_on_.try_acquire_for(10s));
        state = pool_.give_up(*task_).state;
        called_back = pool_.called_back();
      },
      1ms);

  ASSERT_TRUE(finished_.try_acquire_for(10s));
  EXPECT_EQ(state, CallbackPool::GivenUp::State::running);
  EXPECT_TRUE(called_back);
}

}  // namespace
}  // namespace ekiden::worker
