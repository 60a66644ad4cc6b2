// SPDX-License-Identifier: MIT
// The way of a hit: nothing here takes a lock.
#include "shared/memo_cache_impl.hpp"

namespace ekiden::shared {
namespace {

using std::memory_order_acquire;
using std::memory_order_relaxed;

}  // namespace

Pin& Pin::operator=(Pin&& other) noexcept {
  Pin taken(std::move(other));
  std::swap(bytes_, taken.bytes_);
  std::swap(pins_, taken.pins_);
  std::swap(slot_, taken.slot_);
  std::swap(epoch_, taken.epoch_);
  std::swap(refresh_, taken.refresh_);
  std::swap(private_copy_, taken.private_copy_);
  return *this;
}

void Pin::release() noexcept {
  // Another epoch: this is a forked child, and the pin its parent's.
  if (pins_ != nullptr && pins_->epoch() == epoch_) pins_->release(slot_);
  if (private_copy_ != nullptr) free_private(private_copy_);
}

std::span<const std::byte> MemoCache::Impl::value(const Entry& entry) const {
  return data.subspan(entry.offset.load(memory_order_relaxed),
                      entry.value_bytes.load(memory_order_relaxed));
}

Pin MemoCache::Impl::pinned(std::span<const std::byte> bytes, std::uint32_t pin_slot) {
  Pin pin;
  hold(pin, bytes, pin_slot);
  return pin;
}

void MemoCache::Impl::hold(Pin& pin, std::span<const std::byte> bytes, std::uint32_t pin_slot) {
  pin.bytes_ = bytes;
  pin.pins_ = &pins;
  pin.slot_ = pin_slot;
  pin.epoch_ = pins.epoch();
}

Pin MemoCache::Impl::copied(std::span<const std::byte> bytes) const {
  PrivateWriter result;
  copy(bytes, result.reserve(bytes.size()).data());
  return result.take();
}

/// What a pinned entry is to `key`.
Outcome MemoCache::Impl::examine(const Entry& entry, const KeyHash& hash,
                                 std::string_view key) const {
  const EntryState state = entry.state_word(memory_order_acquire).state;
  // What the index named when the pin was validated is a hit, even if retired a moment later.
  if (state != EntryState::published && state != EntryState::retired) return Outcome::none;
  if (entry.hash() != hash || !entries.current(entry, now)) return Outcome::none;
  const Outcome outcome = entry.outcome.load(memory_order_relaxed);
  const bool has_bytes = outcome == Outcome::value || outcome == Outcome::failure;
  return has_bytes && !writer.holds(entry, key) ? Outcome::none : outcome;
}

bool MemoCache::Impl::due(const Entry& entry) const {
  const std::uint64_t at = entry.stale_ns.load(memory_order_relaxed);
  return at != 0 && at <= now();
}

/// Of those who see that a value should be refreshed, one gets to do it; if it is not done after
/// a while, the next.
bool MemoCache::Impl::claim_refresh(Entry& entry) const {
  constexpr std::uint64_t kLeastLease = 5'000'000'000;
  const std::uint64_t lease =
      std::max(kLeastLease, std::uint64_t{entry.cost_us.load(memory_order_relaxed)} * 4000);
  std::uint64_t until = entry.refresh_ns.load(memory_order_relaxed);
  const std::uint64_t time = now();
  return until <= time &&
         entry.refresh_ns.compare_exchange_strong(until, time + lease, memory_order_relaxed);
}

/// Pinning waits for all loads before it and holds up all after it: so fetch what the hit will read
/// meanwhile. What the entry says before it is pinned may be anything, and is only a hint.
void MemoCache::Impl::prefetch(const Entry& entry) const {
  const std::uint64_t offset = entry.offset.load(memory_order_relaxed);
  const std::uint64_t value_bytes = entry.value_bytes.load(memory_order_relaxed);
  if (offset >= data.size() || value_bytes >= data.size() - offset) return;
  __builtin_prefetch(&entry.generation);
  __builtin_prefetch(data.data() + offset);
  __builtin_prefetch(data.data() + offset + value_bytes);
}

Outcome MemoCache::Impl::look_at(const std::atomic<std::uint64_t>& word, const KeyHash& hash,
                                 std::string_view key, Pin& pin) {
  PinTable::Use use = PinTable::Use::hold;
  while (true) {
    const std::uint64_t named = word.load(memory_order_acquire);
    if (named == 0 || IndexWord::tag(named) != IndexWord::tag(hash)) return Outcome::none;
    Entry& entry = entries[IndexWord::entry(named)];
    prefetch(entry);
    const std::uint32_t pin_slot = pins.acquire(word, named, use);
    if (pin_slot == PinTable::kStale) continue;
    if (pin_slot == PinTable::kExhausted) {
      if (use == PinTable::Use::copy_out) return Outcome::none;
      use = PinTable::Use::copy_out;
      continue;
    }
    const Outcome outcome = examine(entry, hash, key);
    if (outcome != Outcome::value && outcome != Outcome::failure) {
      pins.release(pin_slot);
      return outcome;
    }
    const std::uint32_t uses = entry.uses.load(memory_order_relaxed);
    if (uses < kMostUses) entry.uses.store(uses + 1, memory_order_relaxed);
    hold(pin, value(entry), pin_slot);
    if (use == PinTable::Use::copy_out) pin = copied(pin.bytes_);
    if (due(entry)) {
      pins.count(&CounterStripe::stale);
      pin.refresh_ = claim_refresh(entry);
    }
    return outcome;
  }
}

Outcome MemoCache::Impl::look_up(const KeyHash& hash, std::string_view key, Pin& pin) {
  const std::uint32_t first = entries.home(hash);
  for (const std::uint32_t number : {first, first ^ 1U}) {
    for (const auto& word : entries.bucket(number).words) {
      if (IndexWord::tag(word.load(memory_order_relaxed)) != IndexWord::tag(hash)) continue;
      const Outcome outcome = look_at(word, hash, key, pin);
      if (outcome != Outcome::none) return outcome;
    }
  }
  return Outcome::none;
}

/// A pinned entry is nobody else's, so neither the word nor the version changes meanwhile.
std::optional<ValueIdentity> MemoCache::identity(const Pin& pin) const noexcept {
  const PinTable& pins = impl_->pins;
  if (pin.pins_ != &pins || pin.epoch_ != pins.epoch()) return std::nullopt;
  const std::uint64_t word = pins.row(pins.slot()).pins[pin.slot_].load(memory_order_relaxed);
  const std::uint32_t entry = IndexWord::entry(word);
  return ValueIdentity{entry, impl_->entries[entry].state_word().version};
}

}  // namespace ekiden::shared
