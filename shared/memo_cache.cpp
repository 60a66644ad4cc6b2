// SPDX-License-Identifier: MIT
#include "shared/memo_cache.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

#include "shared/cache_writer.hpp"
#include "shared/key_hash.hpp"
#include "shared/segment.hpp"
#include "shared/single_flight.hpp"

namespace ekiden::shared {
namespace {

using std::memory_order_acquire;
using std::memory_order_relaxed;

constexpr std::align_val_t kValueAlignment{kLineBytes};
constexpr int kMostLooks = 64;

std::size_t data_bytes_of(const MemoCache::Limits& limits) {
  constexpr std::size_t kLeast = 1U << 20;
  return std::max(limits.data_bytes, kLeast) / kSlabBytes * kSlabBytes;
}

std::uint32_t entries_for(std::size_t data_bytes) {
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(data_bytes / 4096, 4096, 131072));
}

std::size_t table_bytes_for(std::size_t data_bytes) {
  return EntryTable::bytes_for(entries_for(data_bytes)) + SlabAllocator::bytes_for(data_bytes) +
         PinTable::bytes() + (64U << 10);
}

HashSeed random_seed() {
  HashSeed seed{};
  if (getrandom(seed.data(), sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return seed;
}

void copy(std::span<const std::byte> from, std::byte* to) {
  if (!from.empty()) std::memcpy(to, from.data(), from.size());
}

void increment(std::atomic<std::uint64_t>& counter) { counter.fetch_add(1, memory_order_relaxed); }

std::byte* allocate_private(std::size_t bytes) {
  return static_cast<std::byte*>(::operator new(std::max<std::size_t>(bytes, 1), kValueAlignment));
}

void free_private(std::byte* bytes) noexcept { ::operator delete(bytes, kValueAlignment); }

}  // namespace

Pin::Pin(Pin&& other) noexcept { *this = std::move(other); }

Pin& Pin::operator=(Pin&& other) noexcept {
  if (this == &other) return *this;
  release();
  bytes_ = std::exchange(other.bytes_, {});
  pins_ = std::exchange(other.pins_, nullptr);
  slot_ = other.slot_;
  epoch_ = other.epoch_;
  private_copy_ = std::exchange(other.private_copy_, nullptr);
  return *this;
}

Pin::~Pin() { release(); }

void Pin::release() noexcept {
  // Another epoch: this is a forked child, and the pin its parent's.
  if (pins_ != nullptr && pins_->epoch() == epoch_) pins_->release(slot_);
  if (private_copy_ != nullptr) free_private(private_copy_);
}

struct MemoCache::Impl {
  explicit Impl(const Limits& limits)
      : segment(table_bytes_for(data_bytes_of(limits)), data_bytes_of(limits)),
        entries(segment, entries_for(data_bytes_of(limits))),
        slabs(segment, data_bytes_of(limits)),
        pins(segment),
        writer(segment, entries, slabs, pins, limits.now),
        flight(entries, pins),
        data(segment.readable_data()),
        seed(random_seed()),
        now(limits.now) {}

  struct Found {
    Outcome outcome = Outcome::none;
    Pin pin;
  };
  class EntryWriter;
  class PrivateWriter;

  KeyHash hash(std::string_view key) const {
    if (!pins.attached()) throw std::logic_error("cache: used before attach() in this process");
    return hash_key(key, seed);
  }
  Found look_up(const KeyHash& hash, std::string_view key);
  Found look_at(std::atomic<std::uint64_t>& word, const KeyHash& hash, std::string_view key);
  Found examine(const Entry& entry, const KeyHash& hash, std::string_view key) const;
  std::span<const std::byte> value(const Entry& entry) const;
  Pin pinned(std::span<const std::byte> bytes, std::uint32_t pin_slot);
  Pin copied(std::span<const std::byte> bytes) const;
  Pin compute_alone(const std::function<void(ValueWriter&)>& compute);
  Pin lead(const Join& join, std::string_view key, StoreOptions options,
           const std::function<void(ValueWriter&)>& compute);
  bool follow(const Join& join, bool& leader_died);

  Segment segment;
  EntryTable entries;
  SlabAllocator slabs;
  PinTable pins;
  CacheWriter writer;
  SingleFlight flight;
  std::span<const std::byte> data;
  HashSeed seed;
  std::uint64_t (*now)();
  std::function<void()> wait_begins, wait_ends;
};

/// Builds a result in private memory.
class MemoCache::Impl::PrivateWriter final : public ValueWriter {
 public:
  PrivateWriter() = default;
  PrivateWriter(const PrivateWriter&) = delete;
  PrivateWriter& operator=(const PrivateWriter&) = delete;
  ~PrivateWriter() {
    if (place_ != nullptr) free_private(place_);
  }

  std::span<std::byte> reserve(std::size_t bytes) override {
    if (place_ != nullptr) throw std::logic_error("cache: ValueWriter::reserve called twice");
    place_ = allocate_private(bytes);
    bytes_ = bytes;
    return {place_, bytes_};
  }
  Pin take() {
    Pin pin;
    pin.bytes_ = {place_, bytes_};
    pin.private_copy_ = std::exchange(place_, nullptr);
    return pin;
  }

 private:
  std::byte* place_ = nullptr;
  std::size_t bytes_ = 0;
};

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

std::span<const std::byte> MemoCache::Impl::value(const Entry& entry) const {
  return data.subspan(entry.offset.load(memory_order_relaxed),
                      entry.value_bytes.load(memory_order_relaxed));
}

Pin MemoCache::Impl::pinned(std::span<const std::byte> bytes, std::uint32_t pin_slot) {
  Pin pin;
  pin.bytes_ = bytes;
  pin.pins_ = &pins;
  pin.slot_ = pin_slot;
  pin.epoch_ = pins.epoch();
  return pin;
}

Pin MemoCache::Impl::copied(std::span<const std::byte> bytes) const {
  PrivateWriter result;
  copy(bytes, result.reserve(bytes.size()).data());
  return result.take();
}

/// What a pinned entry is to `key`; the pin's bytes are set, but the pin is not.
MemoCache::Impl::Found MemoCache::Impl::examine(const Entry& entry, const KeyHash& hash,
                                                std::string_view key) const {
  Found found;
  const EntryState state = entry.state_word(memory_order_acquire).state;
  // What the index named when the pin was validated is a hit, even if retired a moment later.
  if (state != EntryState::published && state != EntryState::retired) return found;
  if (entry.hash() != hash || entry.expired(now)) return found;
  const Outcome outcome = entry.outcome.load(memory_order_relaxed);
  if (outcome == Outcome::value || outcome == Outcome::failure) {
    if (!writer.holds(entry, key)) return found;
    found.pin.bytes_ = value(entry);
  }
  found.outcome = outcome;
  return found;
}

MemoCache::Impl::Found MemoCache::Impl::look_at(std::atomic<std::uint64_t>& word,
                                                const KeyHash& hash, std::string_view key) {
  PinTable::Use use = PinTable::Use::hold;
  while (true) {
    const std::uint64_t named = word.load(memory_order_acquire);
    if (named == 0 || IndexWord::tag(named) != IndexWord::tag(hash)) return {};
    const std::uint32_t pin_slot = pins.acquire(word, named, use);
    if (pin_slot == PinTable::kStale) continue;
    if (pin_slot == PinTable::kExhausted) {
      if (use == PinTable::Use::copy_out) return {};
      use = PinTable::Use::copy_out;
      continue;
    }
    Entry& entry = entries[IndexWord::entry(named)];
    Found found = examine(entry, hash, key);
    if (found.outcome == Outcome::none || use == PinTable::Use::copy_out) {
      if (found.outcome != Outcome::none) found.pin = copied(found.pin.bytes_);
      pins.release(pin_slot);
      return found;
    }
    if (entry.referenced.load(memory_order_relaxed) == 0) {
      entry.referenced.store(1, memory_order_relaxed);
    }
    found.pin.pins_ = &pins;
    found.pin.slot_ = pin_slot;
    found.pin.epoch_ = pins.epoch();
    return found;
  }
}

MemoCache::Impl::Found MemoCache::Impl::look_up(const KeyHash& hash, std::string_view key) {
  const std::uint32_t first = entries.home(hash);
  for (const std::uint32_t number : {first, first ^ 1U}) {
    for (auto& word : entries.bucket(number).words) {
      if (IndexWord::tag(word.load(memory_order_relaxed)) != IndexWord::tag(hash)) continue;
      Found found = look_at(word, hash, key);
      if (found.outcome != Outcome::none) return found;
    }
  }
  return {};
}

Pin MemoCache::Impl::compute_alone(const std::function<void(ValueWriter&)>& compute) {
  increment(pins.counters().computations);
  increment(pins.counters().uncached);
  PrivateWriter result;
  compute(result);
  return result.take();
}

Pin MemoCache::Impl::lead(const Join& join, std::string_view key, StoreOptions options,
                          const std::function<void(ValueWriter&)>& compute) {
  increment(pins.counters().computations);
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
    increment(pins.counters().uncached);
    return result.take_private();
  }
  hold.bytes_ = value(entries[join.ticket.entry]);
  writer.publish(join.ticket, options.timeout);
  return hold;
}

/// Waits for the leader of `join`. False if that would be a deadlock.
bool MemoCache::Impl::follow(const Join& join, bool& leader_died) {
  increment(pins.counters().waits);
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
  auto found = impl_->look_up(hash, key);
  CounterStripe& counters = impl_->pins.counters();
  if (found.outcome == Outcome::value) {
    increment(counters.hits);
    return std::move(found.pin);
  }
  increment(counters.misses);
  return std::nullopt;
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
    auto found = cache.look_up(hash, key);
    if (found.outcome == Outcome::value) {
      increment(cache.pins.counters().hits);
      return std::move(found.pin);
    }
    if (look == 0) increment(cache.pins.counters().misses);
    if (found.outcome == Outcome::failure) {
      const auto text = found.pin.bytes();
      throw ComputationFailed(std::string(reinterpret_cast<const char*>(text.data()), text.size()));
    }
    if (found.outcome == Outcome::declined) break;
    const Join join = cache.writer.join(hash, key);
    if (join.role == Join::Role::alone) break;
    if (join.role == Join::Role::lead) {
      if (leader_died) increment(cache.pins.counters().take_overs);
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
