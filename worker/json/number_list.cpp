// SPDX-License-Identifier: MIT
#include "worker/json/number_list.hpp"

#include <cmath>
#include <cstdint>
#include <memory>

namespace ekiden::detail {

bool is_whole(double value) noexcept {
  constexpr double kMostWhole = 9007199254740992.0;  // 2^53
  return std::fabs(value) <= kMostWhole &&
         static_cast<double>(static_cast<std::int64_t>(value)) == value;
}

const Json::Array& JsonNumberList::items() const {
  if (const Json::Array* made = items_.load(std::memory_order_acquire)) return *made;
  auto items = std::make_unique<Json::Array>();
  items->reserve(values_.size());
  for (const double value : values_) {
    if (is_whole(value)) {
      items->emplace_back(static_cast<std::int64_t>(value));
    } else {
      items->emplace_back(value);
    }
  }
  // Of two threads that make it together the first one's is kept.
  const Json::Array* expected = nullptr;
  if (items_.compare_exchange_strong(expected, items.get(), std::memory_order_acq_rel)) {
    return *items.release();
  }
  return *expected;
}

}  // namespace ekiden::detail
