// SPDX-License-Identifier: MIT
#include "shared/traffic.hpp"

#include <algorithm>
#include <numeric>

namespace ekiden::shared {

using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

struct Traffic::Name {
  enum State : std::uint32_t { vacant, being_written, there };
  std::atomic<std::uint32_t> state;
  std::uint32_t length;
  std::array<char, 120> text;
};

struct alignas(64) Traffic::Directory {
  std::atomic<std::uint32_t> slots;  ///< only those below it have been used; others have no memory
  std::array<Name, kMostCallbacks> names;
};

struct alignas(64) Traffic::Worker {
  std::array<std::atomic<std::uint64_t>, 6> responses;
  std::atomic<std::uint64_t> bytes_out, passed;
  std::array<CallbackCounts, kMostCallbacks> callbacks;
};

namespace {

std::uint64_t microseconds(std::chrono::nanoseconds duration) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)) / 1000;
}

}  // namespace

void DurationCounts::add(std::chrono::nanoseconds duration) noexcept {
  const double seconds = std::chrono::duration<double>(duration).count();
  const auto* bound = std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), seconds);
  count_on(buckets[static_cast<std::size_t>(bound - kDurationBounds.begin())]);
  count_on(sum_us, microseconds(duration));
}

std::uint64_t DurationTotals::count() const noexcept {
  return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

double DurationTotals::mean_s() const noexcept {
  const std::uint64_t all = count();
  return all == 0 ? 0 : static_cast<double>(sum_us) / 1e6 / static_cast<double>(all);
}

std::optional<double> DurationTotals::bound_of(double share) const noexcept {
  const double wanted = static_cast<double>(count()) * share;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < kDurationBounds.size(); ++i) {
    below += buckets[i];
    if (static_cast<double>(below) >= wanted) return kDurationBounds[i];
  }
  return std::nullopt;
}

DurationTotals& DurationTotals::operator+=(const DurationTotals& other) noexcept {
  for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
  sum_us += other.sum_us;
  return *this;
}

CallbackTotals& CallbackTotals::operator+=(const CallbackTotals& other) noexcept {
  waited += other.waited;
  ran += other.ran;
  failures += other.failures;
  bytes_in += other.bytes_in;
  bytes_out += other.bytes_out;
  return *this;
}

void DurationTotals::add(const DurationCounts& counts) noexcept {
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    buckets[i] += counts.buckets[i].load(memory_order_relaxed);
  }
  sum_us += counts.sum_us.load(memory_order_relaxed);
}

static_assert(Traffic::kMostCallbacks <= CallWord::kMostCallbacks);

/// 64 MB of addresses, of which a server with ten callbacks and four workers uses a few pages.
Traffic::Traffic(int descriptor)
    : pages_("traffic", sizeof(Directory) + kMaxWorkers * sizeof(Worker), descriptor),
      directory_(reinterpret_cast<Directory*>(pages_.data())),
      workers_(reinterpret_cast<Worker*>(pages_.data() + sizeof(Directory))) {
  callback("(others)");
}

/// Two that add the same name at once may give it two numbers; totals() takes them together.
std::uint32_t Traffic::callback(std::string_view id) noexcept {
  id = id.substr(0, sizeof Name::text - 1);
  for (std::uint32_t number = 0; number < kMostCallbacks; ++number) {
    Name& name = directory_->names[number];
    std::uint32_t state = name.state.load(memory_order_acquire);
    if (state == Name::vacant &&
        name.state.compare_exchange_strong(state, Name::being_written, memory_order_acquire)) {
      std::copy(id.begin(), id.end(), name.text.begin());
      name.length = static_cast<std::uint32_t>(id.size());
      name.state.store(Name::there, memory_order_release);
      return number;
    }
    if (state == Name::there && std::string_view(name.text.data(), name.length) == id) {
      return number;
    }
  }
  return 0;
}

void Traffic::begin(std::uint32_t slot) noexcept {
  std::uint32_t slots = directory_->slots.load(memory_order_relaxed);
  while (slots <= slot &&
         !directory_->slots.compare_exchange_weak(slots, slot + 1, memory_order_relaxed)) {
  }
}

void Traffic::count_response(std::uint32_t slot, int status, std::size_t bytes) noexcept {
  Worker& worker = workers_[slot];
  const int kind = status / 100;
  count_on(worker.responses[kind >= 1 && kind <= 5 ? static_cast<std::size_t>(kind) : 0]);
  count_on(worker.bytes_out, bytes);
}

void Traffic::count_passed(std::uint32_t slot) noexcept { count_on(workers_[slot].passed); }

std::string Traffic::name(std::uint32_t callback) const {
  if (callback >= kMostCallbacks) callback = 0;
  const Name& name = directory_->names[callback];
  if (name.state.load(memory_order_acquire) != Name::there) return "?";
  return {name.text.data(), name.length};
}

CallbackCounts& Traffic::counts(std::uint32_t slot, std::uint32_t callback) noexcept {
  return workers_[slot].callbacks[callback];
}

CallbackTotals Traffic::totals_of(std::uint32_t callback) const {
  CallbackTotals totals;
  const std::uint32_t slots = directory_->slots.load(memory_order_relaxed);
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    const CallbackCounts& counts = workers_[slot].callbacks[callback];
    totals.waited.add(counts.waited);
    totals.ran.add(counts.ran);
    totals.failures += counts.failures.load(memory_order_relaxed);
    totals.bytes_in += counts.bytes_in.load(memory_order_relaxed);
    totals.bytes_out += counts.bytes_out.load(memory_order_relaxed);
  }
  return totals;
}

TrafficTotals Traffic::totals() const {
  TrafficTotals totals;
  const std::uint32_t slots = directory_->slots.load(memory_order_relaxed);
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    const Worker& worker = workers_[slot];
    for (std::size_t kind = 0; kind < totals.responses.size(); ++kind) {
      totals.responses[kind] += worker.responses[kind].load(memory_order_relaxed);
    }
    totals.bytes_out += worker.bytes_out.load(memory_order_relaxed);
    totals.passed += worker.passed.load(memory_order_relaxed);
  }
  for (std::uint32_t number = 0; number < kMostCallbacks; ++number) {
    const Name& name = directory_->names[number];
    const std::uint32_t state = name.state.load(memory_order_acquire);
    if (state == Name::vacant) break;
    if (state != Name::there) continue;
    const CallbackTotals found = totals_of(number);
    if (found.ran.count() == 0) continue;
    totals.callbacks[std::string(name.text.data(), name.length)] += found;
  }
  return totals;
}

}  // namespace ekiden::shared
