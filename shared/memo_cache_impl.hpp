// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

#include "shared/cache_writer.hpp"
#include "shared/key_hash.hpp"
#include "shared/memo_cache.hpp"
#include "shared/outbox.hpp"
#include "shared/segment.hpp"
#include "shared/single_flight.hpp"
#include "shared/wait_hooks.hpp"

namespace ekiden::shared {

/// Memory for a value that is not in the segment, aligned as values in the segment are.
inline std::byte* allocate_private(std::size_t bytes) {
  return static_cast<std::byte*>(
      ::operator new (std::max<std::size_t>(bytes, 1), std::align_val_t{kLineBytes}));
}

inline void free_private(std::byte* bytes) noexcept {
  ::operator delete (bytes, std::align_val_t{kLineBytes});
}

inline void copy(std::span<const std::byte> from, std::byte* to) {
  if (!from.empty()) std::memcpy(to, from.data(), from.size());
}

struct MemoCache::Impl {
  /// `descriptor` -1: makes a segment of its own.
  Impl(const Limits& limits, int descriptor);

  static constexpr std::size_t kWatchWords = 256;

  class EntryWriter;
  class FreshWriter;
  class PrivateWriter;

  KeyHash hash(std::string_view key) const {
    if (!pins.attached()) throw std::logic_error("cache: used before attach() in this process");
    return hash_key(key, seed);
  }
  /// What the cache has under `key`, pinned by `pin` if it has bytes.
  Outcome look_up(const KeyHash& hash, std::string_view key, Pin& pin);
  Outcome look_at(const std::atomic<std::uint64_t>& word, const KeyHash& hash, std::string_view key,
                  Pin& pin);
  void prefetch(const Entry& entry) const;
  Outcome examine(const Entry& entry, const KeyHash& hash, std::string_view key) const;
  std::span<const std::byte> value(const Entry& entry) const;
  void hold(Pin& pin, std::span<const std::byte> bytes, std::uint32_t pin_slot);
  Pin pinned(std::span<const std::byte> bytes, std::uint32_t pin_slot);
  bool pin_own(const Ticket& ticket, Pin& pin);
  Pin pin_or_copy(const Ticket& ticket);
  /// Room for a value of what `ticket` is for, besides what that has.
  std::optional<Draft> draft(const Ticket& ticket, std::string_view key, std::size_t bytes,
                             bool may_evict);
  static Ticket take(Draft& draft) noexcept;
  Pin copied(std::span<const std::byte> bytes) const;
  Pin compute_alone(const StoreOptions& options, const std::function<void(ValueWriter&)>& compute);
  Pin lead(const Join& join, std::string_view key, const StoreOptions& options,
           const std::function<void(ValueWriter&)>& compute);
  bool due(const Entry& entry) const;
  bool claim_refresh(Entry& entry) const;
  /// True if the hit in `pin` is to be refreshed before it expires, and the caller is to do it.
  bool due_early(const Pin& pin, const KeyHash& hash, double beta) const;
  void count(std::atomic<std::uint64_t> FunctionCounters::*what, const StoreOptions& options,
             std::uint64_t amount = 1);
  std::atomic<std::uint32_t>& watch_word(std::string_view key) const {
    return watch_words[hash_key(key, seed).low % kWatchWords];
  }
  bool follow(const Join& join, bool& leader_died);

  Segment segment;
  HashSeed seed;
  Generations generations;
  FunctionStatistics statistics;
  EntryTable entries;
  SlabAllocator slabs;
  PinTable pins;
  CacheWriter writer;
  SingleFlight flight;
  std::span<const std::byte> data;
  std::atomic<std::uint32_t>* watch_words;
  Outbox outbox;
  std::uint64_t (*now)();
  WaitHooks hooks;
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
  void expire_in(std::chrono::nanoseconds) override {}
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

}  // namespace ekiden::shared
