// SPDX-License-Identifier: MIT
#include "worker/app/stack_sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <thread>

#include "worker/app/throw_trace.hpp"
#include "worker/seal/app_call.hpp"

namespace app_code {

__attribute__((noinline)) void spins_until(const std::atomic<bool>& over) {
  while (!over) {
  }
}

}  // namespace app_code

namespace ekiden::worker {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// A thread that is in the app's code until the object ends.
class Busy {
 public:
  Busy() {
    thread_ = std::thread([this] {
      SampledThread self;
      sampled = &self;
      in_app_code([this] {
        begun_.count_down();
        app_code::spins_until(over_);
      });
      sampled_out_.wait();
    });
    begun_.wait();
  }
  ~Busy() {
    over_ = true;
    sampled_out_.count_down();
    thread_.join();
  }

  SampledThread* sampled = nullptr;

 private:
  std::latch begun_{1}, sampled_out_{1};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

TEST(StackSample, ShowsWhereAnotherThreadIs) {
  watch_samples();
  Busy busy;

  const auto sample = busy.sampled->sample();

  EXPECT_THAT(stack_lines(sample->wait(std::chrono::seconds(10))),
              Contains(HasSubstr("app_code::spins_until")));
}

TEST(StackSample, EndsWhereEkidenCalledTheApp) {
  watch_samples();
  Busy busy;

  const auto sample = busy.sampled->sample();

  const auto lines = stack_lines(sample->wait(std::chrono::seconds(10)));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("operator()"))));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("clone"))));
}

TEST(StackSample, CanBeTakenAgain) {
  watch_samples();
  Busy busy;

  const auto first = busy.sampled->sample();
  EXPECT_FALSE(first->wait(std::chrono::seconds(10)).empty());
  const auto second = busy.sampled->sample();

  EXPECT_FALSE(second->wait(std::chrono::seconds(10)).empty());
}

}  // namespace
}  // namespace ekiden::worker
