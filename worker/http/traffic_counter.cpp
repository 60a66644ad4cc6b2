// SPDX-License-Identifier: MIT
#include "worker/http/traffic_counter.hpp"

#include "shared/log.hpp"

namespace ekiden::worker {
namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

TrafficCounter::TrafficCounter(const shared::Heritage& heritage)
    : traffic_(heritage.traffic), slot_(heritage.slot), slow_(heritage.settings.slow_callback) {
  if (traffic_ != nullptr) traffic_->begin(slot_);
}

/// Ids of callbacks stay where they are as long as the worker lives.
std::uint32_t TrafficCounter::number_of(std::string_view callback) {
  const auto [found, is_new] = numbers_.try_emplace(callback.data(), 0);
  if (is_new) found->second = traffic_->callback(callback);
  return found->second;
}

void TrafficCounter::count_passed() noexcept {
  if (traffic_ != nullptr) traffic_->count_passed(slot_);
}

void TrafficCounter::count(const Request& request, const Response& response,
                           std::chrono::nanoseconds waited, std::chrono::nanoseconds ran) {
  const std::size_t bytes = response.size();
  if (traffic_ != nullptr) traffic_->count_response(slot_, response.status, bytes);
  if (response.callback.empty()) return;
  if (slow_.count() != 0 && waited + ran >= slow_) {
    shared::log(shared::LogLevel::warning,
                "slow: callback {} took {:.3f} s, of which it waited {:.3f} s for a thread; status "
                "{}, {} bytes in, {} out; request {}",
                response.callback, seconds(waited + ran), seconds(waited), response.status,
                request.body.size(), bytes, request.request_id);
  }
  if (traffic_ == nullptr) return;
  shared::CallbackCounts& counts = traffic_->counts(slot_, number_of(response.callback));
  counts.waited.add(waited);
  counts.ran.add(ran);
  shared::count_on(counts.failures, response.status >= 500 ? 1 : 0);
  shared::count_on(counts.bytes_in, request.body.size());
  shared::count_on(counts.bytes_out, bytes);
}

}  // namespace ekiden::worker
