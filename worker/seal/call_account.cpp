// SPDX-License-Identifier: MIT
#include "worker/seal/call_account.hpp"

namespace ekiden::worker {

bool CallAccount::charge(const Violation& violation) noexcept {
  const bool heard_outside = outer_ != nullptr && outer_->charge(violation);
  const std::lock_guard lock(mutex_);
  if (!open_) return heard_outside;
  if (!first_) first_ = violation;
  return true;
}

std::optional<Violation> CallAccount::close() noexcept {
  const std::lock_guard lock(mutex_);
  open_ = false;
  return first_;
}

}  // namespace ekiden::worker
