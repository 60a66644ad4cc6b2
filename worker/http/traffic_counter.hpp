// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <unordered_map>

#include "shared/heritage.hpp"
#include "shared/traffic.hpp"
#include "worker/exchange.hpp"

namespace ekiden::worker {

/// Counts what this worker answers, for the metrics, and logs callbacks that were slow.
///
/// Thread safety: the polling thread's.
class TrafficCounter {
 public:
  explicit TrafficCounter(const shared::Heritage& heritage);

  /// `waited` and `ran` are a callback's: for a thread, and from then until there was an answer.
  void count(const Request& request, const Response& response, std::chrono::nanoseconds waited,
             std::chrono::nanoseconds ran);

  /// A connection has gone to a sibling.
  void count_passed() noexcept;

 private:
  std::uint32_t number_of(std::string_view callback);

  shared::Traffic* const traffic_;  ///< null: nobody asks for it
  const std::uint32_t slot_;
  const std::chrono::nanoseconds slow_;                     ///< 0: nothing is slow
  std::unordered_map<const char*, std::uint32_t> numbers_;  ///< by where the callback's id lies
};

}  // namespace ekiden::worker
