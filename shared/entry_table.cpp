// SPDX-License-Identifier: MIT
#include "shared/entry_table.hpp"

#include <bit>

#include "shared/futex.hpp"
#include "shared/segment.hpp"

namespace ekiden::shared {
namespace {

using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

std::uint32_t buckets_for(std::uint32_t entries) { return std::bit_ceil(entries) / 4; }

}  // namespace

EntryTable::EntryTable(Segment& segment, const Generations& generations, std::uint32_t entries)
    : generations_(generations),
      size_(entries),
      bucket_mask_(buckets_for(entries) - 1),
      entries_(segment.allocate<Entry>(entries)),
      buckets_(segment.allocate<Bucket>(buckets_for(entries))),
      lists_(segment.allocate<EntryLists>(1)),
      free_(segment.allocate<std::uint32_t>(entries)),
      limbo_(segment.allocate<std::uint32_t>(entries)) {
  if (segment.adopted()) return;
  for (std::uint32_t entry = 0; entry < entries; ++entry) free_[entry] = entries - 1 - entry;
  lists_->free_count = entries;
}

std::size_t EntryTable::bytes_for(std::uint32_t entries) {
  return entries * (sizeof(Entry) + 2 * sizeof(std::uint32_t)) +
         buckets_for(entries) * sizeof(Bucket) + 4096;
}

std::atomic<std::uint64_t>* EntryTable::find(const KeyHash& hash) const noexcept {
  const std::uint32_t first = home(hash);
  for (const std::uint32_t number : {first, first ^ 1U}) {
    for (auto& word : buckets_[number].words) {
      const std::uint64_t named = word.load(memory_order_acquire);
      if (named != 0 && IndexWord::tag(named) == IndexWord::tag(hash) &&
          entries_[IndexWord::entry(named)].hash() == hash) {
        return &word;
      }
    }
  }
  return nullptr;
}

bool EntryTable::linked(std::uint32_t entry) const noexcept {
  const auto* word = find(entries_[entry].hash());
  return word != nullptr && IndexWord::entry(word->load(memory_order_relaxed)) == entry;
}

std::atomic<std::uint64_t>* EntryTable::vacancy(const KeyHash& hash) const noexcept {
  const std::uint32_t first = home(hash);
  for (const std::uint32_t number : {first, first ^ 1U}) {
    for (auto& word : buckets_[number].words) {
      if (word.load(memory_order_relaxed) == 0) return &word;
    }
  }
  return nullptr;
}

/// Of the published entries in full buckets, one that was not used lately, else any.
std::atomic<std::uint64_t>* EntryTable::victim(const KeyHash& hash) const noexcept {
  std::atomic<std::uint64_t>* found = nullptr;
  const std::uint32_t first = home(hash);
  for (const std::uint32_t number : {first, first ^ 1U}) {
    for (auto& word : buckets_[number].words) {
      const Entry& entry = entries_[IndexWord::entry(word.load(memory_order_relaxed))];
      if (entry.state_word().state != EntryState::published) continue;
      found = &word;
      if (entry.uses.load(memory_order_relaxed) == 0) return found;
    }
  }
  return found;
}

bool EntryTable::link(std::uint32_t entry) noexcept {
  const KeyHash hash = entries_[entry].hash();
  auto* word = find(hash);
  if (word == nullptr) word = vacancy(hash);
  if (word == nullptr) word = victim(hash);
  if (word == nullptr) return false;
  const std::uint64_t old = word->load(memory_order_relaxed);
  // Sequentially consistent, here and in unlink: either a reader that pinned the old entry is
  // seen by whoever frees it, or the reader sees this store and does not use the entry.
  word->store(IndexWord::pack(hash, entries_[entry].state_word().version, entry),
              memory_order_seq_cst);
  if (old != 0) displace(old);
  return true;
}

void EntryTable::unlink(std::atomic<std::uint64_t>& word) noexcept {
  const std::uint64_t old = word.load(memory_order_relaxed);
  if (old == 0) return;
  word.store(0, memory_order_seq_cst);
  displace(old);
}

void EntryTable::displace(std::uint64_t word) noexcept {
  const std::uint32_t entry = IndexWord::entry(word);
  if (entries_[entry].state_word().state == EntryState::published) {
    retire(entry);
  } else {
    wake(entry);  // still its worker's; who waits for it has a newer answer, or none, to look for
  }
}

std::optional<std::uint32_t> EntryTable::allocate(const KeyHash& hash, const Names& names,
                                                  EntryState state, std::uint32_t owner) {
  if (lists_->free_count == 0) return std::nullopt;
  const std::uint32_t number = free_[--lists_->free_count];
  Entry& entry = entries_[number];
  entry.offset.store(kNoExtent, memory_order_relaxed);  // its first life began with zeros
  entry.value_bytes.store(0, memory_order_relaxed);
  entry.key_bytes.store(0, memory_order_relaxed);
  entry.hash_low.store(hash.low, memory_order_relaxed);
  entry.hash_high.store(hash.high, memory_order_relaxed);
  entry.expires_ns.store(0, memory_order_relaxed);
  entry.outcome.store(Outcome::none, memory_order_relaxed);
  entry.uses.store(0, memory_order_relaxed);
  entry.waits_for.store(0, memory_order_relaxed);
  entry.set_names(names);
  entry.generation.store(generations_.sum(names), memory_order_relaxed);
  entry.cost_us.store(0, memory_order_relaxed);
  entry.queue.store(Queue::none, memory_order_relaxed);
  entry.state.store(StateWord{state, owner, entry.state_word().version + 1}.pack(),
                    memory_order_release);
  return number;
}

void EntryTable::publish(std::uint32_t number, Outcome outcome, const Lifetime& lifetime) noexcept {
  Entry& entry = entries_[number];
  entry.expires_ns.store(lifetime.expires_ns, memory_order_relaxed);
  entry.stale_ns.store(lifetime.stale_ns, memory_order_relaxed);
  entry.stored_ns.store(lifetime.stored_ns, memory_order_relaxed);
  entry.refresh_ns.store(0, memory_order_relaxed);
  entry.outcome.store(outcome, memory_order_relaxed);
  entry.state.store(StateWord{EntryState::published, 0, entry.state_word().version}.pack(),
                    memory_order_release);
  add(lists_->published, 1);
}

void EntryTable::retire(std::uint32_t number) noexcept {
  Entry& entry = entries_[number];
  const StateWord word = entry.state_word();
  entry.state.store(StateWord{EntryState::retired, 0, word.version}.pack(), memory_order_release);
  limbo_[lists_->limbo_count++] = number;
  if (word.state != EntryState::published) return;
  subtract(lists_->published, 1);
  if (entry.queue.load(memory_order_relaxed) == Queue::small) {
    lists_->small_bytes -= entry.extent_bytes();
  }
}

void EntryTable::wake(std::uint32_t number) noexcept {
  entries_[number].wake.fetch_add(1, memory_order_release);
  futex_wake_all(entries_[number].wake);
}

void EntryTable::release(std::uint32_t number) noexcept {
  Entry& entry = entries_[number];
  entry.offset.store(kNoExtent, memory_order_release);
  entry.state.store(StateWord{EntryState::free, 0, entry.state_word().version}.pack(),
                    memory_order_release);
  free_[lists_->free_count++] = number;
}

}  // namespace ekiden::shared
