// SPDX-License-Identifier: MIT
#include "shared/running_call.hpp"

#include <algorithm>

namespace ekiden::shared {

std::optional<RunningCall> CallWord::read() const noexcept {
  const std::uint64_t word = word_.load(kRelaxed);
  if (word == 0) return std::nullopt;
  RunningCall call;
  call.callback = static_cast<std::uint32_t>(word & (kWaits - 1)) - 1;
  call.waits = (word & kWaits) != 0;
  call.queued = std::chrono::milliseconds(word >> kQueuedShift & kMostQueued.count());
  call.began = std::chrono::milliseconds(word >> kBeganShift);
  return call;
}

std::uint64_t CallWord::packed(const RunningCall& call) noexcept {
  const auto queued = static_cast<std::uint64_t>(std::clamp(call.queued, {}, kMostQueued).count());
  return static_cast<std::uint64_t>(call.began.count()) << kBeganShift | queued << kQueuedShift |
         (call.waits ? kWaits : 0) | (call.callback + 1);
}

}  // namespace ekiden::shared
