// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <utility>

#include "worker/http/callback_pool.hpp"

namespace ekiden::worker::test {

/// A job of a pool that does what it is told.
class Task final : public CallbackPool::Job {
 public:
  explicit Task(std::function<void()> body) : body_(std::move(body)) {}
  void run() noexcept override { body_(); }

 private:
  std::function<void()> body_;
};

}  // namespace ekiden::worker::test
