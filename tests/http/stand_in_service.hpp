// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <string>

#include "worker/exchange.hpp"

namespace ekiden::test {

/// A service that shows what arrived and does what a test tells it, in another process.
///
///   /text         "text", at once                   /big     8 MiB, at once
///   /show         method, path, query and body      /echo    the body, from a callback thread
///   /hold         as /echo, once let_go() is called
///   /empty        204                               /watch   as /echo, once the client has gone
///   /late         late_body(), of which two typed arrays are encoded while it is sent
///   /quick        its thread's number, from a callback "quick", which may prove short; with the
///                 body "hold" as /hold
///   /client       whom it is from; POST: from a callback thread
///
/// What takes too long is answered "late".
class StandInService final : public worker::Service {
 public:
  /// Makes the pipes and counters that the worker's process will share with the test's.
  StandInService();
  ~StandInService() override;

  Next begin(worker::Request& request, worker::Response& response) noexcept override;
  void run(const worker::Request& request, worker::Response& response) noexcept override;
  std::string time_out(const worker::Request& request,
                       worker::Response& response) noexcept override;

  /// Waits until one more callback of /hold or /watch has begun, or one of /watch has noticed that
  /// its client has gone. False after kPatience.
  bool wait_until_held();
  /// Lets one callback of /hold, present or future, finish.
  void let_go();
  /// How many callbacks have begun, of /echo and /hold.
  int begun() const { return shared_->begun; }
  /// How many answers to /late have let go of their numbers.
  const std::atomic<int>& arrays_gone() const { return shared_->arrays_gone; }
  static std::string late_body();

 private:
  struct Shared {
    std::atomic<int> begun, arrays_gone;
  };

  void watch(const worker::Request& request);

  int held_[2];
  int released_[2];
  Shared* shared_;
  std::string big_;
};

/// The numbers in each array of /late: 8 MB of base64, and not a whole number of groups.
inline constexpr std::size_t kLateNumbers = 1'500'001;
/// The size of /big.
inline constexpr std::size_t kBigBytes = 8U << 20;

}  // namespace ekiden::test
