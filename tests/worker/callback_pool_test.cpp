// SPDX-License-Identifier: MIT
#include "worker/http/callback_pool.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <utility>
#include <vector>

#include "tests/worker/pool_task.hpp"
#include "worker/app/stack_sample.hpp"

namespace ekiden::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Submitted = CallbackPool::Submitted;
using State = CallbackPool::GivenUp::State;

using test::Task;

std::shared_ptr<Task> task(std::function<void()> body) {
  return std::make_shared<Task>(std::move(body));
}

/// A pool whose finished jobs and busy count can be waited for.
class CallbackPoolTest : public testing::Test {
 protected:
  CallbackPool& make(std::uint32_t threads, std::uint32_t queue_limit = 100) {
    CallbackPool::Options options;
    options.threads = threads;
    options.queue_limit = queue_limit;
    options.spare_idle = milliseconds(1);
    options.finished = [this](const std::shared_ptr<CallbackPool::Job>&) { finished_.release(); };
    options.busy_changed = [this](std::uint32_t busy) {
      busy_ = busy;
      busy_.notify_all();
    };
    options.lost_threads = [this](std::uint32_t lost) { lost_ = lost; };
    return pool_.emplace(std::move(options));
  }

  bool wait_for_finished(int count) {
    for (; count > 0 && finished_.try_acquire_for(seconds(10)); --count) {
    }
    return count == 0;
  }
  std::shared_ptr<Task> blocker() {
    return task([this] {
      begun_.release();
      go_on_.acquire();
    });
  }

  /// One that waits, and goes on with go_on_.
  void submit_waiter(CallbackPool& pool) {
    pool.submit(task([&] {
      pool.begin_wait();
      begun_.release();
      go_on_.acquire();
      pool.end_wait();
    }));
    begun_.acquire();
  }

  std::counting_semaphore<1000> finished_{0}, begun_{0}, go_on_{0};
  std::atomic<std::uint32_t> busy_{0};
  std::uint32_t lost_ = 0;
  std::optional<CallbackPool> pool_;
};

TEST_F(CallbackPoolTest, RunsWhatIsSubmitted) {
  CallbackPool& pool = make(4);
  std::atomic<int> sum{0};

  for (int i = 0; i < 50; ++i) pool.submit(task([&sum, i] { sum += i; }));

  EXPECT_TRUE(wait_for_finished(50));
  EXPECT_EQ(sum, 1225);
  EXPECT_EQ(pool.busy(), 0u);
}

TEST_F(CallbackPoolTest, QueuesWhenAllThreadsRunAndRefusesBeyondTheLimit) {
  CallbackPool& pool = make(1, 2);

  EXPECT_EQ(pool.submit(blocker()), Submitted::runs_now);
  begun_.acquire();
  EXPECT_EQ(pool.submit(task([] {})), Submitted::queued);
  EXPECT_EQ(pool.submit(task([] {})), Submitted::queued);
  EXPECT_EQ(pool.submit(task([] {})), Submitted::refused);
  EXPECT_EQ(pool.busy(), 3u);

  go_on_.release();
  EXPECT_TRUE(wait_for_finished(3));
}

TEST_F(CallbackPoolTest, AQueuedJobCanBeWithdrawnButNotARunningOne) {
  CallbackPool& pool = make(1);
  const auto running = blocker();
  bool ran = false;
  const auto queued = task([&ran] { ran = true; });
  pool.submit(running);
  begun_.acquire();
  pool.submit(queued);

  EXPECT_FALSE(pool.withdraw(*running));
  EXPECT_TRUE(pool.withdraw(*queued));
  EXPECT_FALSE(pool.withdraw(*queued));

  EXPECT_EQ(pool.busy(), 1u);
  go_on_.release();
  EXPECT_TRUE(wait_for_finished(1));
  EXPECT_FALSE(ran);
}

TEST_F(CallbackPoolTest, AWaitingCallbackLetsAnotherRun) {
  CallbackPool& pool = make(1);
  pool.submit(task([&] {
    pool.begin_wait();
    go_on_.acquire();
    pool.end_wait();
  }));

  pool.submit(task([&] { go_on_.release(); }));

  EXPECT_TRUE(wait_for_finished(2));
}

TEST_F(CallbackPoolTest, AWaitingCallbackIsNotBusy) {
  CallbackPool& pool = make(1);
  submit_waiter(pool);

  EXPECT_EQ(pool.busy(), 0u);
  EXPECT_EQ(busy_, 0u);

  go_on_.release();
  EXPECT_TRUE(wait_for_finished(1));
}

TEST_F(CallbackPoolTest, NoMoreThanTheThreadsBeginWhileFormerWaitersStillRun) {
  CallbackPool& pool = make(1);
  std::binary_semaphore waits{0}, wait_over{0};
  pool.submit(task([&] {
    pool.begin_wait();
    waits.release();
    wait_over.acquire();
    pool.end_wait();
    begun_.release();
    go_on_.acquire();
  }));
  waits.acquire();
  wait_over.release();
  begun_.acquire();

  EXPECT_EQ(pool.submit(task([] {})), Submitted::queued);

  go_on_.release();
  EXPECT_TRUE(wait_for_finished(2));
}

/// Of two threads one waits, and the other, which was there to take its slot, has got a callback:
/// the slot is still free.
TEST_F(CallbackPoolTest, ASlotThatWasGivenBackIsTakenAlsoLater) {
  CallbackPool& pool = make(2);
  submit_waiter(pool);
  pool.submit(blocker());
  begun_.acquire();

  EXPECT_EQ(pool.submit(task([] {})), Submitted::runs_now);

  EXPECT_TRUE(wait_for_finished(1));
  go_on_.release(2);
  EXPECT_TRUE(wait_for_finished(2));
}

TEST_F(CallbackPoolTest, SparesAreBoundedAndRetire) {
  CallbackPool& pool = make(2);
  const auto waiter = [&] {
    pool.begin_wait();
    begun_.release();
    go_on_.acquire();
    pool.end_wait();
  };
  for (int i = 0; i < 30; ++i) pool.submit(task(waiter));
  for (int i = 0; i < 18; ++i) begun_.acquire();
  EXPECT_EQ(pool.thread_count(), 18u);  // 2 threads and 16 spares, all waiting

  go_on_.release(30);

  EXPECT_TRUE(wait_for_finished(30));
  const auto deadline = std::chrono::steady_clock::now() + seconds(10);
  while (pool.thread_count() > 2 && std::chrono::steady_clock::now() < deadline) {
    pool.submit(task([] {}));
    EXPECT_TRUE(wait_for_finished(1));
  }
  EXPECT_EQ(pool.thread_count(), 2u);
}

TEST_F(CallbackPoolTest, AQueuedJobThatIsGivenUpIsDropped) {
  CallbackPool& pool = make(1);
  const auto running = blocker();
  bool ran = false;
  const auto queued = task([&ran] { ran = true; });
  pool.submit(running);
  begun_.acquire();
  pool.submit(queued);

  EXPECT_EQ(pool.give_up(*queued).state, State::dropped);
  EXPECT_EQ(pool.busy(), 1u);

  go_on_.release();
  EXPECT_TRUE(wait_for_finished(1));
  EXPECT_EQ(pool.give_up(*queued).state, State::finished);
  EXPECT_FALSE(ran);
}

TEST_F(CallbackPoolTest, ARunningJobThatIsGivenUpGoesOnAndSaysWhereItIs) {
  watch_samples();
  CallbackPool& pool = make(1);
  const auto running = blocker();
  pool.submit(running);
  begun_.acquire();

  const CallbackPool::GivenUp given_up = pool.give_up(*running);

  EXPECT_EQ(given_up.state, State::running);
  EXPECT_FALSE(given_up.stack->wait(seconds(10)).empty());
  go_on_.release();
  EXPECT_TRUE(wait_for_finished(1));
  EXPECT_EQ(pool.give_up(*running).state, State::finished);
}

TEST_F(CallbackPoolTest, AWaitingJobThatIsGivenUpIsCalledBackAndNoOtherIs) {
  watch_samples();
  CallbackPool& pool = make(1);
  bool before = true, after = false, next = true;
  const auto waiter = task([&] {
    before = pool.called_back();
    pool.begin_wait();
    begun_.release();
    go_on_.acquire();
    after = pool.called_back();
    pool.end_wait();
  });
  pool.submit(waiter);
  begun_.acquire();

  EXPECT_EQ(pool.give_up(*waiter).state, State::waiting);
  go_on_.release();
  EXPECT_TRUE(wait_for_finished(1));
  pool.submit(task([&] { next = pool.called_back(); }));
  EXPECT_TRUE(wait_for_finished(1));

  EXPECT_FALSE(before);
  EXPECT_TRUE(after);
  EXPECT_FALSE(next);
  EXPECT_EQ(lost_, 0u);
}

TEST_F(CallbackPoolTest, SaysWhenMoreThanHalfOfItsThreadsAreLost) {
  watch_samples();
  CallbackPool& pool = make(4);
  const std::vector jobs{blocker(), blocker(), blocker()};
  for (const auto& job : jobs) pool.submit(job);
  for (int i = 0; i < 3; ++i) begun_.acquire();

  pool.give_up(*jobs[0]);
  pool.give_up(*jobs[1]);
  EXPECT_EQ(lost_, 0u);
  pool.give_up(*jobs[2]);
  EXPECT_EQ(lost_, 3u);

  go_on_.release(3);
  EXPECT_TRUE(wait_for_finished(3));
}

TEST_F(CallbackPoolTest, WaitsOnStrangeThreadsChangeNothing) {
  CallbackPool& pool = make(1);

  pool.begin_wait();
  pool.begin_wait();
  pool.end_wait();

  EXPECT_FALSE(pool.called_back());
  EXPECT_EQ(pool.busy(), 0u);
  EXPECT_EQ(pool.submit(task([] {})), Submitted::runs_now);
  EXPECT_TRUE(wait_for_finished(1));
}

}  // namespace
}  // namespace ekiden::worker
