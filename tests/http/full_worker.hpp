// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/http/raw_client.hpp"
#include "tests/http/worker_process.hpp"

namespace ekiden::test {

/// Two workers with one callback thread each. Both clients' connections are the first's, whose
/// thread is busy with a callback of one of them.
class FullWorker : public testing::Test {
 protected:
  /// `greeting` is what each connection begins with.
  explicit FullWorker(shared::WorkerSettings settings = {}, std::string greeting = {})
      : settings_(std::move(settings)), greeting_(std::move(greeting)) {}
  void SetUp() override {
    ASSERT_TRUE(first_.wait_until_ready());
    for (RawClient* client : {&busy_, &waiting_}) {
      client->send(greeting_);
      ASSERT_EQ(client->get("/text").body, "text");
    }
    second_.emplace(service_, listener_, scoreboard_, settings_, 1);
    ASSERT_TRUE(second_->wait_until_ready());
    busy_.send(RawClient::post_request("/hold", "held"));
    ASSERT_TRUE(service_.wait_until_held());
  }
  void let_the_first_go() {
    service_.let_go();
    EXPECT_EQ(busy_.receive().body, "held");
  }
  bool passed(std::uint64_t count) {
    return first_.wait_until([count](const auto& slot) { return slot.passed == count; });
  }

  const shared::WorkerSettings settings_;
  const std::string greeting_;
  StandInService service_;
  shared::Scoreboard scoreboard_;
  TestListener listener_;
  WorkerProcess first_{service_, listener_, scoreboard_, settings_, 0};
  std::optional<WorkerProcess> second_;
  RawClient busy_ = listener_.connect();
  RawClient waiting_ = listener_.connect();
};

}  // namespace ekiden::test
