// SPDX-License-Identifier: MIT
#include "shared/memo_cache.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <exception>
#include <random>
#include <system_error>
#include <utility>

#include "shared/futex.hpp"
#include "shared/memo_cache_impl.hpp"

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
  return EntryTable::bytes_for(entries_of(limits)) + Eviction::bytes_for(entries_of(limits)) +
         SlabAllocator::bytes_for(data_bytes_of(limits)) + PinTable::bytes() +
         CacheWriter::bytes() + Generations::bytes() + FunctionStatistics::bytes() +
         Outbox::bytes() + (64U << 10);
}

/// Made with the segment, as all that is found by it stays in there.
HashSeed seed_of(Segment& segment) {
  HashSeed& seed = *segment.allocate<HashSeed>(1);
  if (segment.adopted()) return seed;
  if (getrandom(seed.data(), sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return seed;
}

Segment segment_of(const MemoCache::Limits& limits, int descriptor) {
  if (descriptor < 0) {
    return {table_bytes_for(limits), data_bytes_of(limits),
            limits.reserve_at_once ? Segment::Reserve::at_once : Segment::Reserve::later};
  }
  return {table_bytes_for(limits), data_bytes_of(limits), descriptor};
}

}  // namespace

MemoCache::Impl::Impl(const Limits& limits, int descriptor)
    : segment(segment_of(limits, descriptor)),
      seed(seed_of(segment)),
      generations(segment, seed),
      statistics(segment),
      entries(segment, generations, entries_of(limits)),
      slabs(segment, data_bytes_of(limits)),
      pins(segment),
      writer(segment, entries, slabs, pins, limits.now),
      flight(entries, pins),
      data(segment.readable_data()),
      watch_words(segment.allocate<std::atomic<std::uint32_t>>(kWatchWords)),
      outbox(segment),
      now(limits.now) {}

Draft::Draft(Draft&& other) noexcept
    : place_(std::exchange(other.place_, {})),
      pin_(std::move(other.pin_)),
      writer_(std::exchange(other.writer_, nullptr)),
      ticket_(other.ticket_) {}

Draft::~Draft() {
  pin_ = {};
  if (writer_ != nullptr) writer_->drop(ticket_);
}

std::optional<Draft> ValueWriter::draft(std::size_t, bool) { return std::nullopt; }

void ValueWriter::accept(Draft&) { throw std::logic_error("cache: this writer made no draft"); }

/// Builds the result of an entry that this thread leads, in the segment if there is room.
class MemoCache::Impl::EntryWriter final : public ValueWriter {
 public:
  EntryWriter(Impl& cache, const Ticket& ticket, std::string_view key)
      : cache_(cache), ticket_(ticket), key_(key) {}
  EntryWriter(const EntryWriter&) = delete;
  EntryWriter& operator=(const EntryWriter&) = delete;
  ~EntryWriter() {
    if (made_) cache_.writer.drop_later(*made_);
  }

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
  std::optional<Draft> draft(std::size_t bytes, bool may_evict) override {
    return cache_.draft(ticket_, key_, bytes, may_evict);
  }
  void accept(Draft& draft) override {
    if (state_ != State::untouched) throw std::logic_error("cache: there is a result already");
    made_ = Impl::take(draft);
    state_ = State::accepted;
  }
  void expire_in(std::chrono::nanoseconds timeout) override { timeout_ = timeout; }
  /// The draft that is the result, if one is.
  const std::optional<Ticket>& made() const { return made_; }
  std::optional<Ticket> take_made() { return std::exchange(made_, std::nullopt); }
  bool untouched() const { return state_ == State::untouched; }
  /// True if the entry is settled already, and the result private.
  bool declined() const { return state_ == State::declined; }
  Pin take_private() { return private_.take(); }
  std::optional<std::chrono::nanoseconds> timeout() const { return timeout_; }

 private:
  enum class State { untouched, reserved, declined, accepted };
  Impl& cache_;
  const Ticket& ticket_;
  std::string_view key_;
  PrivateWriter private_;
  std::optional<Ticket> made_;
  State state_ = State::untouched;
  std::optional<std::chrono::nanoseconds> timeout_;
};

/// Builds a value that takes the place of another one only when it is complete.
class MemoCache::Impl::FreshWriter final : public ValueWriter {
 public:
  FreshWriter(Impl& cache, const KeyHash& hash, std::string_view key, const Names& names)
      : cache_(cache), key_(key), ticket_(cache.writer.begin(hash, names)) {}
  FreshWriter(const FreshWriter&) = delete;
  FreshWriter& operator=(const FreshWriter&) = delete;
  ~FreshWriter() {
    if (ticket_) cache_.writer.drop_later(*ticket_);
  }

  std::span<std::byte> reserve(std::size_t bytes) override {
    if (reserved_) throw std::logic_error("cache: ValueWriter::reserve called twice");
    reserved_ = true;
    if (ticket_ && !cache_.writer.extend(*ticket_, key_.size(), bytes)) ticket_.reset();
    if (!ticket_) return private_.reserve(bytes);
    std::byte* place = cache_.writer.place(*ticket_);
    copy(std::as_bytes(std::span(key_)), place + bytes);
    return {place, bytes};
  }
  std::optional<Draft> draft(std::size_t bytes, bool may_evict) override {
    if (!ticket_ || reserved_) return std::nullopt;
    return cache_.draft(*ticket_, key_, bytes, may_evict);
  }
  void accept(Draft& draft) override {
    if (reserved_) throw std::logic_error("cache: there is a result already");
    reserved_ = true;
    cache_.writer.drop(*ticket_);
    ticket_ = Impl::take(draft);
  }
  void expire_in(std::chrono::nanoseconds timeout) override { timeout_ = timeout; }
  /// False if there is no room.
  bool fill(std::span<const std::byte> value) {
    if (ticket_ && !cache_.writer.extend(*ticket_, key_.size(), value.size())) ticket_.reset();
    if (!ticket_) return false;
    std::byte* place = cache_.writer.place(*ticket_);
    copy(value, place);
    copy(std::as_bytes(std::span(key_)), place + value.size());
    return true;
  }
  bool reserved() const { return reserved_; }
  std::optional<std::chrono::nanoseconds> timeout() const { return timeout_; }
  const std::optional<Ticket>& ticket() const { return ticket_; }
  /// What is to be published now, if there was room for it.
  std::optional<Ticket> take() { return std::exchange(ticket_, std::nullopt); }
  Pin take_private() { return private_.take(); }

 private:
  Impl& cache_;
  std::string_view key_;
  std::optional<Ticket> ticket_;
  PrivateWriter private_;
  bool reserved_ = false;
  std::optional<std::chrono::nanoseconds> timeout_;
};

namespace {

/// Microseconds since `began_ns`, at least 1.
std::uint32_t cost_since(std::uint64_t began_ns) {
  const std::uint64_t us = (monotonic_ns() - began_ns) / 1000;
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(us, 1, ~std::uint32_t{0}));
}

template <class Writer>
Lifetime lifetime_of(const CacheWriter& writer, const Writer& result, const StoreOptions& options) {
  return writer.lifetime(result.timeout().value_or(options.timeout),
                         options.stale_while_revalidate);
}

template <class Writer>
bool is_uncacheable(const Writer& result) {
  return result.timeout() && result.timeout()->count() <= 0;
}

}  // namespace

void MemoCache::Impl::count(std::atomic<std::uint64_t> FunctionCounters::*what,
                            const StoreOptions& options, std::uint64_t amount) {
  (statistics.of(pins.slot(), options.function).*what).fetch_add(amount, memory_order_relaxed);
}

Pin MemoCache::Impl::compute_alone(const StoreOptions& options,
                                   const std::function<void(ValueWriter&)>& compute) {
  pins.count(&CounterStripe::computations);
  pins.count(&CounterStripe::uncached);
  count(&FunctionCounters::computations, options);
  PrivateWriter result;
  compute(result);
  return result.take();
}

Pin MemoCache::Impl::lead(const Join& join, std::string_view key, const StoreOptions& options,
                          const std::function<void(ValueWriter&)>& compute) {
  pins.count(&CounterStripe::computations);
  count(&FunctionCounters::computations, options);
  const std::uint64_t began_ns = monotonic_ns();
  Pin hold = pinned({}, join.pin_slot);
  EntryWriter result(*this, join.ticket, key);
  try {
    const SingleFlight::Leading leading(entries, join.ticket);
    compute(result);
    if (result.untouched()) result.reserve(0);
  } catch (const std::exception& error) {
    count(&FunctionCounters::failures, options);
    if (!result.declined()) writer.fail(join.ticket, key, error.what());
    throw;
  } catch (...) {
    count(&FunctionCounters::failures, options);
    if (!result.declined()) writer.fail(join.ticket, key, "an exception of unknown type");
    throw;
  }
  const std::uint32_t cost_us = cost_since(began_ns);
  count(&FunctionCounters::compute_us, options, cost_us);
  if (result.declined()) {
    pins.count(&CounterStripe::uncached);
    return result.take_private();
  }
  if (result.made()) {
    hold = pin_or_copy(*result.made());
  } else {
    hold.bytes_ = value(entries[join.ticket.entry]);
  }
  count(&FunctionCounters::bytes, options, hold.bytes_.size());
  if (is_uncacheable(result)) {
    pins.count(&CounterStripe::uncached);
    writer.decline(join.ticket);
  } else if (result.made()) {
    writer.publish_instead(join.ticket, *result.take_made(), lifetime_of(writer, result, options),
                           cost_us);
  } else {
    writer.publish(join.ticket, lifetime_of(writer, result, options), cost_us);
  }
  return hold;
}

/// Pins what this thread is writing, which no index word names yet. False if no pin is vacant.
bool MemoCache::Impl::pin_own(const Ticket& ticket, Pin& pin) {
  const Entry& entry = entries[ticket.entry];
  const std::atomic<std::uint64_t> word =
      IndexWord::pack(entry.hash(), entry.state_word().version, ticket.entry);
  const std::uint32_t pin_slot = pins.acquire(word, word.load(memory_order_relaxed));
  if (pin_slot == PinTable::kExhausted) return false;
  hold(pin, value(entry), pin_slot);
  return true;
}

/// The same, or a copy.
Pin MemoCache::Impl::pin_or_copy(const Ticket& ticket) {
  Pin pin;
  return pin_own(ticket, pin) ? std::move(pin) : copied(value(entries[ticket.entry]));
}

std::optional<Draft> MemoCache::Impl::draft(const Ticket& ticket, std::string_view key,
                                            std::size_t bytes, bool may_evict) {
  std::optional<Draft> draft(Draft{});
  const auto made = writer.begin_draft(ticket);
  if (!made) return std::nullopt;
  const bool fits = may_evict ? writer.extend(*made, key.size(), bytes)
                              : writer.extend_if_vacant(*made, key.size(), bytes);
  if (!fits) return std::nullopt;
  draft->writer_ = &writer;
  draft->ticket_ = *made;
  draft->place_ = {writer.place(*made), bytes};
  copy(std::as_bytes(std::span(key)), draft->place_.data() + bytes);
  if (!pin_own(*made, draft->pin_)) return std::nullopt;
  return draft;
}

Ticket MemoCache::Impl::take(Draft& draft) noexcept {
  draft.writer_ = nullptr;
  return draft.ticket_;
}

bool MemoCache::Impl::due_early(const Pin& pin, const KeyHash& hash, double beta) const {
  if (pin.pins_ == nullptr) return false;
  const auto* word = entries.find(hash);
  if (word == nullptr) return false;
  Entry& entry = entries[IndexWord::entry(word->load(memory_order_relaxed))];
  const std::uint64_t expires = entry.expires_ns.load(memory_order_relaxed);
  if (expires == 0) return false;
  thread_local std::minstd_rand random{std::random_device{}()};
  const double share = std::generate_canonical<double, 32>(random);
  const double ahead_ns =
      -std::log(std::max(share, 1e-12)) * beta * 1000 * entry.cost_us.load(memory_order_relaxed);
  return static_cast<double>(now()) + ahead_ns >= static_cast<double>(expires) &&
         claim_refresh(entry);
}

/// Waits for the leader of `join`. False if that would be a deadlock.
bool MemoCache::Impl::follow(const Join& join, bool& leader_died) {
  pins.count(&CounterStripe::waits);
  const auto ended = flight.wait(join.ticket, join.wake, hooks);
  if (ended == SingleFlight::Ended::given_up) throw WaitGivenUp();
  leader_died = ended == SingleFlight::Ended::leader_died;
  if (leader_died) writer.bury(join.ticket);
  return ended != SingleFlight::Ended::would_deadlock;
}

MemoCache::MemoCache(const Limits& limits) : MemoCache(limits, -1) {}

MemoCache::MemoCache(const Limits& limits, int descriptor)
    : impl_(std::make_unique<Impl>(limits, descriptor)) {}

int MemoCache::descriptor() const noexcept { return impl_->segment.descriptor(); }

MemoCache::~MemoCache() = default;

void MemoCache::reserve() { impl_->segment.reserve(); }

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
                      const StoreOptions& options) {
  Impl::FreshWriter fresh(*impl_, impl_->hash(key), key, options.names);
  if (!fresh.fill(value)) return false;
  return impl_->writer.publish(
      *fresh.take(), impl_->writer.lifetime(options.timeout, options.stale_while_revalidate));
}

MemoCache::StoredIf MemoCache::store_if(std::string_view key,
                                        std::optional<std::span<const std::byte>> expected,
                                        std::span<const std::byte> value,
                                        const StoreOptions& options) {
  Impl::FreshWriter fresh(*impl_, impl_->hash(key), key, options.names);
  if (!fresh.fill(value)) return StoredIf::no_room;
  const Lifetime life = impl_->writer.lifetime(options.timeout, options.stale_while_revalidate);
  switch (impl_->writer.publish_if(*fresh.take(), key, expected, life)) {
    case CacheWriter::PublishedIf::published:
      return StoredIf::stored;
    case CacheWriter::PublishedIf::differs:
      return StoredIf::differs;
    case CacheWriter::PublishedIf::no_room:
      break;
  }
  return StoredIf::no_room;
}

bool MemoCache::touch(std::string_view key, std::chrono::nanoseconds timeout) {
  return impl_->writer.touch(impl_->hash(key), key, impl_->writer.lifetime(timeout, {}));
}

bool MemoCache::erase(std::string_view key) { return impl_->writer.erase(impl_->hash(key), key); }

void MemoCache::clear() { impl_->writer.clear(); }

Names MemoCache::names(std::string_view function, std::span<const std::string> tags) const {
  Names names{};
  if (tags.size() >= names.size()) throw std::logic_error("cache: more than seven tags");
  std::size_t next = 0;
  if (!function.empty()) names[next++] = impl_->generations.slot(function);
  for (const std::string& tag : tags) names[next++] = impl_->generations.slot(tag);
  return names;
}

void MemoCache::invalidate(std::string_view name) { impl_->generations.advance(name); }

std::uint32_t MemoCache::function(std::string_view name) {
  return impl_->writer.add_function(impl_->statistics, name);
}

Pin MemoCache::get_or_compute(std::string_view key, const StoreOptions& options,
                              const std::function<void(ValueWriter&)>& compute) {
  Impl& cache = *impl_;
  const KeyHash hash = cache.hash(key);
  bool leader_died = false;
  for (int look = 0; look < kMostLooks; ++look) {
    Pin found;
    const Outcome outcome = cache.look_up(hash, key, found);
    if (outcome == Outcome::value) {
      cache.pins.count(&CounterStripe::hits);
      cache.count(&FunctionCounters::hits, options);
      if (options.early_recompute > 0 && !found.refresh_) {
        found.refresh_ = cache.due_early(found, hash, options.early_recompute);
      }
      if (found.refresh_) cache.count(&FunctionCounters::stale, options);
      return found;
    }
    if (look == 0) {
      cache.pins.count(&CounterStripe::misses);
      cache.count(&FunctionCounters::misses, options);
    }
    if (outcome == Outcome::failure) {
      const auto text = found.bytes();
      throw ComputationFailed(std::string(reinterpret_cast<const char*>(text.data()), text.size()));
    }
    if (outcome == Outcome::declined) break;
    const Join join = cache.writer.join(hash, key, options.names);
    if (join.role == Join::Role::alone) break;
    if (join.role == Join::Role::lead) {
      if (leader_died) cache.pins.count(&CounterStripe::take_overs);
      return cache.lead(join, key, options, compute);
    }
    if (join.role == Join::Role::follow) {
      cache.count(&FunctionCounters::waits, options);
      if (!cache.follow(join, leader_died)) break;
    }
  }
  return cache.compute_alone(options, compute);
}

Pin MemoCache::refresh(std::string_view key, const StoreOptions& options,
                       const std::function<void(ValueWriter&)>& compute) {
  Impl& cache = *impl_;
  const KeyHash hash = cache.hash(key);
  cache.pins.count(&CounterStripe::computations);
  cache.pins.count(&CounterStripe::refreshes);
  cache.count(&FunctionCounters::computations, options);
  const std::uint64_t began_ns = monotonic_ns();
  Impl::FreshWriter result(cache, hash, key, options.names);
  compute(result);
  if (!result.reserved()) result.reserve(0);
  const std::uint32_t cost_us = cost_since(began_ns);
  cache.count(&FunctionCounters::compute_us, options, cost_us);
  if (!result.ticket()) {
    cache.pins.count(&CounterStripe::uncached);
    return result.take_private();
  }
  Pin hold = cache.pin_or_copy(*result.ticket());
  cache.count(&FunctionCounters::bytes, options, hold.bytes().size());
  if (!is_uncacheable(result)) {
    const Lifetime life = lifetime_of(cache.writer, result, options);
    if (!cache.writer.publish_unless_erased(*result.take(), life, cost_us)) {
      cache.pins.count(&CounterStripe::uncached);
    }
  }
  return hold;
}

std::uint32_t MemoCache::watch(std::string_view key) const {
  return impl_->watch_word(key).load(std::memory_order_acquire);
}

void MemoCache::notify(std::string_view key) {
  impl_->watch_word(key).fetch_add(1, std::memory_order_acq_rel);
  futex_wake_all(impl_->watch_word(key));
}

void MemoCache::wait(std::string_view key, std::uint32_t seen, std::chrono::milliseconds patience) {
  const WaitHooks& hooks = impl_->hooks;
  if (SingleFlight::gives_up(hooks)) throw WaitGivenUp();
  if (hooks.begin) hooks.begin();
  futex_wait(impl_->watch_word(key), seen, patience);
  if (hooks.end) hooks.end();
}

Outbox& MemoCache::outbox() noexcept { return impl_->outbox; }

std::vector<FunctionTotals> MemoCache::statistics() const { return impl_->statistics.totals(); }

std::vector<EntryInfo> MemoCache::list(std::string_view prefix, std::size_t count,
                                       std::size_t head) {
  return impl_->writer.list(prefix, count, head);
}

void MemoCache::set_wait_hooks(WaitHooks hooks) { impl_->hooks = std::move(hooks); }

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
      total.stale += stripe.stale.load(memory_order_relaxed);
      total.refreshes += stripe.refreshes.load(memory_order_relaxed);
    }
  }
  total.evictions = impl_->writer.evictions();
  total.rebuilds = impl_->writer.rebuilds();
  total.entries = impl_->entries.lists().published.load(memory_order_relaxed);
  total.payload_bytes = impl_->entries.lists().payload_bytes.load(memory_order_relaxed);
  total.data_bytes = impl_->data.size();
  return total;
}

std::span<const std::byte> MemoCache::readable_bytes() const noexcept {
  return impl_->segment.readable_data();
}

std::string MemoCache::check_invariants() { return impl_->writer.check_invariants(); }

}  // namespace ekiden::shared
