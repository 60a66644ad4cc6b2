// SPDX-License-Identifier: MIT
#include "shared/function_statistics.hpp"

#include <algorithm>

#include "shared/segment.hpp"

namespace ekiden::shared {

using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

FunctionStatistics::FunctionStatistics(Segment& segment)
    : counters_(segment.allocate<FunctionCounters>(kMaxWorkers * kFunctions, 4096)),
      names_(segment.allocate<Name>(kFunctions)) {
  find_or_add("(others)");
}

std::uint32_t FunctionStatistics::find_or_add(std::string_view name) noexcept {
  name = name.substr(0, names_[0].text.size());
  for (std::uint32_t number = 0; number < kFunctions; ++number) {
    Name& slot = names_[number];
    const std::uint32_t length = slot.length.load(memory_order_acquire);
    if (length == 0) {
      std::copy(name.begin(), name.end(), slot.text.begin());
      slot.length.store(static_cast<std::uint32_t>(name.size()), memory_order_release);
      return number;
    }
    if (std::string_view(slot.text.data(), length) == name) return number;
  }
  return 0;
}

std::vector<FunctionTotals> FunctionStatistics::totals() const {
  std::vector<FunctionTotals> all;
  for (std::uint32_t number = 0; number < kFunctions; ++number) {
    const std::uint32_t length = names_[number].length.load(memory_order_acquire);
    if (length == 0) break;
    FunctionTotals total;
    total.name.assign(names_[number].text.data(), length);
    for (std::uint32_t worker = 0; worker < kMaxWorkers; ++worker) {
      const FunctionCounters& counters = counters_[worker * kFunctions + number];
      total.hits += counters.hits.load(memory_order_relaxed);
      total.misses += counters.misses.load(memory_order_relaxed);
      total.computations += counters.computations.load(memory_order_relaxed);
      total.waits += counters.waits.load(memory_order_relaxed);
      total.stale += counters.stale.load(memory_order_relaxed);
      total.failures += counters.failures.load(memory_order_relaxed);
      total.compute_us += counters.compute_us.load(memory_order_relaxed);
      total.bytes += counters.bytes.load(memory_order_relaxed);
    }
    all.push_back(std::move(total));
  }
  return all;
}

}  // namespace ekiden::shared
