// SPDX-License-Identifier: MIT
#include "worker/app/wear.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <random>

#include "shared/heritage.hpp"
#include "shared/private_memory.hpp"
#include "worker/app/background.hpp"
#include "worker/app/replacement.hpp"

namespace ekiden::worker {

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
/// Between two looks, and after one that had to be close.
constexpr std::uint64_t kLookEvery = 1 * kSecond;
constexpr std::uint64_t kLookCloselyEvery = 10 * kSecond;

/// Without a jitter all workers, having started together, would be replaced together.
std::uint64_t drawn_limit(const shared::WorkerSettings& settings) {
  if (settings.max_requests == 0) return UINT64_MAX;
  std::random_device device;
  std::uniform_int_distribution<std::uint64_t> jitter(0, settings.max_requests_jitter);
  return settings.max_requests + jitter(device);
}

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1U << 20); }

void look_closely(std::uint64_t limit) {
  ::malloc_trim(0);  // what lies free does not count
  const std::uint64_t bytes = shared::private_memory();
  if (bytes <= limit) return;
  ask_for_replacement(
      fmt::format("it has {:.1f}M of memory of its own, --max-worker-memory is {:.1f}M",
                  mebibytes(bytes), mebibytes(limit)));
}

}  // namespace

Wear::Wear(const shared::WorkerSettings& settings)
    : max_requests_(drawn_limit(settings)), max_memory_(settings.max_memory) {}

void Wear::report_requests(std::uint64_t count) {
  ask_for_replacement(fmt::format("it has had its {} requests (--max-requests)", count));
}

/// The memory of the mold counts in what is cheap to know, so that may be above the limit for ever.
void Wear::tick(std::uint64_t now_ns) {
  if (max_memory_ == 0 || now_ns < next_look_ns_) return;
  const bool close = shared::anonymous_memory() > max_memory_;
  next_look_ns_ = now_ns + (close ? kLookCloselyEvery : kLookEvery);
  if (close) run_in_background([limit = max_memory_] { look_closely(limit); });
}

}  // namespace ekiden::worker
