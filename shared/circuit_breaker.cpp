// SPDX-License-Identifier: MIT
#include "shared/circuit_breaker.hpp"

#include <algorithm>

namespace ekiden::shared {
namespace {

std::uint64_t after(std::uint64_t now, std::chrono::nanoseconds pause) {
  return now + static_cast<std::uint64_t>(pause.count());
}

}  // namespace

CircuitBreaker::State CircuitBreaker::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void CircuitBreaker::succeeded() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
}

bool CircuitBreaker::failed(std::uint64_t now) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::closed || ++failures_ < options_.failures) return false;
  }
  return open(now);
}

bool CircuitBreaker::open(std::uint64_t now) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::closed) return false;
  state_ = State::open;
  pause_ = options_.first_pause;
  probe_at_ = after(now, pause_);
  return true;
}

bool CircuitBreaker::try_probe(std::uint64_t now) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::open || now < probe_at_) return false;
  state_ = State::half_open;
  return true;
}

void CircuitBreaker::probe_succeeded() {
  const std::lock_guard lock(mutex_);
  state_ = State::closed;
  failures_ = 0;
  pause_ = options_.first_pause;
}

void CircuitBreaker::probe_failed(std::uint64_t now) {
  const std::lock_guard lock(mutex_);
  state_ = State::open;
  probe_at_ = after(now, pause_);
  pause_ = std::min(pause_ * 2, options_.longest_pause);
}

std::chrono::nanoseconds CircuitBreaker::until_probe(std::uint64_t now) const {
  const std::lock_guard lock(mutex_);
  return std::chrono::nanoseconds(now >= probe_at_ ? 0 : probe_at_ - now);
}

const char* name(CircuitBreaker::State state) {
  switch (state) {
    case CircuitBreaker::State::closed:
      return "closed";
    case CircuitBreaker::State::open:
      return "open";
    case CircuitBreaker::State::half_open:
      return "half open";
  }
  return "?";
}

}  // namespace ekiden::shared
