// SPDX-License-Identifier: MIT
#include "shared/memo_cache.hpp"

#include "shared/memo_cache_impl.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

namespace ekiden::shared {
namespace {

using std::memory_order_relaxed;

constexpr int kMostLooks = 64;

std::size_t data_bytes_of(const MemoCache::Limits& limits) {
  constexpr std::size_t kLeast = 1U << 20;
  return std::max(limits.data_bytes, kLeast) / kSlabBytes * kSlabBytes;
}

std::uint32_t entries_of(const MemoCache::Limits& limits) {
  if (limits.entries != 0) return std::max(limits.entries, 64U);
  return static_cast<std::uint32_t>(
      std::clamp<std::size_t>(data_bytes_of(limits) / 4096, 4096, 131072));
}

std::size_t table_bytes_for(const MemoCache::Limits& limits) {
  return EntryTable::bytes_for(entries_of(limits)) +
         SlabAllocator::bytes_for(data_bytes_of(limits)) + PinTable::bytes() + (64U << 10);
}

HashSeed random_seed() {
  HashSeed seed{};
  if (getrandom(seed.data(), sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return seed;
}

}  // namespace

MemoCache::Impl::Impl(const Limits& limits)
    : segment(table_bytes_for(limits), data_bytes_of(limits)),
      entries(segment, entries_of(limits)),
      slabs(segment, data_bytes_of(limits)),
      pins(segment),
      writer(segment, entries, slabs, pins, limits.now),
      flight(entries, pins),
      data(segment.readable_data()),
      seed(random_seed()),
      now(limits.now) {}

/// Builds the result of an entry that this thread leads, in the segment if there is room.
class MemoCache::Impl::EntryWriter final : public ValueWriter {
 public:
  EntryWriter(Impl& cache, const Ticket& ticket, std::string_view key)
      : cache_(cache), ticket_(ticket), key_(key) {}

  std::span<std::byte> reserve(std::size_t bytes) override {
    if (state_ != State::untouched) {
      throw std::logic_error("cache: ValueWriter::reserve called twice");
    }
    if (!cache_.writer.reserve(ticket_, key_.size(), bytes)) {
      state_ = State::declined;
      return private_.reserve(bytes);
    }
    state_ = State::reserved;
    std::byte* place = cache_.writer.place(ticket_);
    copy(std::as_bytes(std::span(key_)), place + bytes);
    return {place, bytes};
  }
  bool untouched() const { return state_ == State::untouched; }
  /// True if the entry is settled already, and the result private.
  bool declined() const { return state_ == State::declined; }
  Pin take_private() { return private_.take(); }

 private:
  enum class State { untouched, reserved, declined };
  Impl& cache_;
  const Ticket& ticket_;
  std::string_view key_;
  PrivateWriter private_;
  State state_ = State::untouched;
};

Pin MemoCache::Impl::compute_alone(const std::function<void(ValueWriter&)>& compute) {
  pins.count(&CounterStripe::computations);
  pins.count(&CounterStripe::uncached);
  PrivateWriter result;
  compute(result);
  return result.take();
}

Pin MemoCache::Impl::lead(const Join& join, std::string_view key, StoreOptions options,
                          const std::function<void(ValueWriter&)>& compute) {
  pins.count(&CounterStripe::computations);
  Pin hold = pinned({}, join.pin_slot);
  EntryWriter result(*this, join.ticket, key);
  try {
    const SingleFlight::Leading leading(entries, join.ticket);
    compute(result);
    if (result.untouched()) result.reserve(0);
  } catch (const std::exception& error) {
    if (!result.declined()) writer.fail(join.ticket, key, error.what());
    throw;
  } catch (...) {
    if (!result.declined()) writer.fail(join.ticket, key, "an exception of unknown type");
    throw;
  }
  if (result.declined()) {
    pins.count(&CounterStripe::uncached);
    return result.take_private();
  }
  hold.bytes_ = value(entries[join.ticket.entry]);
  writer.publish(join.ticket, options.timeout);
  return hold;
}

/// Waits for the leader of `join`. False if that would be a deadlock.
bool MemoCache::Impl::follow(const Join& join, bool& leader_died) {
  pins.count(&CounterStripe::waits);
  const auto ended = flight.wait(join.ticket, join.wake, wait_begins, wait_ends);
  leader_died = ended == SingleFlight::Ended::leader_died;
  if (leader_died) writer.bury(join.ticket);
  return ended != SingleFlight::Ended::would_deadlock;
}

MemoCache::MemoCache(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}

MemoCache::~MemoCache() = default;

void MemoCache::attach(std::uint32_t slot) { impl_->pins.attach(slot); }

bool MemoCache::reap(std::uint32_t slot) { return impl_->writer.reap(slot); }

std::optional<Pin> MemoCache::find(std::string_view key) {
  const KeyHash hash = impl_->hash(key);
  std::optional<Pin> found(std::in_place);
  const bool hit = impl_->look_up(hash, key, *found) == Outcome::value;
  impl_->pins.count(hit ? &CounterStripe::hits : &CounterStripe::misses);
  if (!hit) found.reset();
  return found;
}

bool MemoCache::store(std::string_view key, std::span<const std::byte> value,
                      StoreOptions options) {
  const auto ticket = impl_->writer.begin(impl_->hash(key), key.size(), value.size());
  if (!ticket) return false;
  std::byte* place = impl_->writer.place(*ticket);
  copy(value, place);
  copy(std::as_bytes(std::span(key)), place + value.size());
  impl_->writer.publish(*ticket, options.timeout);
  return true;
}

bool MemoCache::erase(std::string_view key) { return impl_->writer.erase(impl_->hash(key), key); }

void MemoCache::clear() {
  impl_->hash({});
  impl_->writer.clear();
}

Pin MemoCache::get_or_compute(std::string_view key, StoreOptions options,
                              const std::function<void(ValueWriter&)>& compute) {
  Impl& cache = *impl_;
  const KeyHash hash = cache.hash(key);
  bool leader_died = false;
  for (int look = 0; look < kMostLooks; ++look) {
    Pin found;
    const Outcome outcome = cache.look_up(hash, key, found);
    if (outcome == Outcome::value) {
      cache.pins.count(&CounterStripe::hits);
      return found;
    }
    if (look == 0) cache.pins.count(&CounterStripe::misses);
    if (outcome == Outcome::failure) {
      const auto text = found.bytes();
      throw ComputationFailed(std::string(reinterpret_cast<const char*>(text.data()), text.size()));
    }
    if (outcome == Outcome::declined) break;
    const Join join = cache.writer.join(hash, key);
    if (join.role == Join::Role::alone) break;
    if (join.role == Join::Role::lead) {
      if (leader_died) cache.pins.count(&CounterStripe::take_overs);
      return cache.lead(join, key, options, compute);
    }
    if (join.role == Join::Role::follow && !cache.follow(join, leader_died)) break;
  }
  return cache.compute_alone(compute);
}

void MemoCache::set_wait_hooks(std::function<void()> begin, std::function<void()> end) {
  impl_->wait_begins = std::move(begin);
  impl_->wait_ends = std::move(end);
}

CacheCounters MemoCache::counters() const {
  CacheCounters total{};
  for (std::uint32_t slot = 0; slot < kMaxWorkers; ++slot) {
    for (const CounterStripe& stripe : impl_->pins.row(slot).counters) {
      total.hits += stripe.hits.load(memory_order_relaxed);
      total.misses += stripe.misses.load(memory_order_relaxed);
      total.computations += stripe.computations.load(memory_order_relaxed);
      total.waits += stripe.waits.load(memory_order_relaxed);
      total.take_overs += stripe.take_overs.load(memory_order_relaxed);
      total.uncached += stripe.uncached.load(memory_order_relaxed);
    }
  }
  total.evictions = impl_->writer.evictions();
  total.rebuilds = impl_->writer.rebuilds();
  total.entries = impl_->entries.lists().published.load(memory_order_relaxed);
  total.payload_bytes = impl_->entries.lists().payload_bytes.load(memory_order_relaxed);
  total.data_bytes = impl_->data.size();
  return total;
}

std::string MemoCache::check_invariants() { return impl_->writer.check_invariants(); }

}  // namespace ekiden::shared
