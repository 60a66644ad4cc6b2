// SPDX-License-Identifier: MIT
// The way of a hit: nothing here takes a lock.
#include "shared/memo_cache_impl.hpp"

namespace ekiden::shared {
namespace {

using std::memory_order_acquire;
using std::memory_order_relaxed;

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
  free_private(private_copy_);
}

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

}  // namespace ekiden::shared
