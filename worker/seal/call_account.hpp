// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "worker/seal/violation.hpp"

namespace ekiden::worker {

/// What one AppCall answers for although other threads did it: those that the app's code started
/// during the call, and those that these started. Thread-safe.
class CallAccount {
 public:
  /// `outer`: of the call around this one, or of the call that started this thread; may be null.
  explicit CallAccount(std::shared_ptr<CallAccount> outer) noexcept : outer_(std::move(outer)) {}

  /// Charges this call and those around it. False if all are over: nobody will answer for it.
  bool charge(const Violation& violation) noexcept;
  /// The call is over. Returns the first violation that it was charged with.
  std::optional<Violation> close() noexcept;

 private:
  const std::shared_ptr<CallAccount> outer_;
  std::mutex mutex_;
  std::optional<Violation> first_;
  bool open_ = true;
};

}  // namespace ekiden::worker
