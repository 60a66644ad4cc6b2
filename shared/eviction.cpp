// SPDX-License-Identifier: MIT
#include "shared/eviction.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "shared/segment.hpp"

namespace ekiden::shared {
namespace {

using std::memory_order_relaxed;

constexpr std::uint32_t kBatch = 8;
constexpr std::uint32_t kBatches = 8;      ///< before a window is cleared instead
constexpr std::uint64_t kSmallShare = 10;  ///< the small queue has a tenth of the bytes

/// Each entry has one live token at most; the other half is for tokens of entries that went.
std::uint64_t ring_size(std::uint32_t entries) { return 2 * std::bit_ceil(std::uint64_t{entries}); }

std::uint64_t token_of(const Entry& entry, std::uint32_t number) {
  return entry.state_word().version << 32U | number;
}

std::uint32_t ghost_of(const KeyHash& hash) {
  return static_cast<std::uint32_t>(hash.high >> 32U) | 1U;
}

struct PageRange {
  std::size_t first, count;
};

/// The pages that must be clear before any of them can be used otherwise: the whole slab of a
/// small extent.
PageRange pages_of(const Entry& entry) {
  const std::uint64_t offset = entry.offset.load(memory_order_relaxed);
  if (SlabAllocator::in_slab(entry.extent_bytes())) {
    return {offset / kSlabBytes * kSlabPages, kSlabPages};
  }
  return {offset / kPageBytes, (entry.extent_bytes() + kPageBytes - 1) / kPageBytes};
}

bool has_extent(const Entry& entry) { return entry.offset.load(memory_order_relaxed) != kNoExtent; }

}  // namespace

Eviction::Eviction(Segment& segment, EntryTable& entries, SlabAllocator& slabs, PinTable& pins,
                   std::uint64_t (*now)())
    : state_(segment.allocate<EvictionState>(1)),
      ring_mask_(ring_size(entries.size()) - 1),
      small_tokens_(segment.allocate<std::uint64_t>(ring_mask_ + 1)),
      main_tokens_(segment.allocate<std::uint64_t>(ring_mask_ + 1)),
      ghosts_(segment.allocate<std::uint32_t>(std::bit_ceil(entries.size()))),
      entries_(entries),
      slabs_(slabs),
      pins_(pins),
      now_(now),
      pinned_((entries.size() + 63) / 64),
      blocked_pages_(slabs.page_count()) {}

std::size_t Eviction::bytes_for(std::uint32_t entries) {
  return ring_size(entries) * 2 * sizeof(std::uint64_t) +
         std::bit_ceil(entries) * sizeof(std::uint32_t) + 4096;
}

bool Eviction::live(std::uint64_t token, Queue queue) const {
  const Entry& entry = entries_[static_cast<std::uint32_t>(token)];
  const StateWord word = entry.state_word();
  return word.state == EntryState::published && (word.version & 0xffff'ffffU) == token >> 32U &&
         entry.queue.load(memory_order_relaxed) == queue;
}

void Eviction::push(Ring& ring, std::uint64_t* tokens, Queue queue, std::uint32_t number) {
  if (ring.end - ring.head > ring_mask_) {
    // Full of tokens whose entries went another way: at least half of them are.
    std::uint64_t end = ring.head;
    for (std::uint64_t at = ring.head; at < ring.end; ++at) {
      const std::uint64_t token = tokens[at & ring_mask_];
      if (live(token, queue)) tokens[end++ & ring_mask_] = token;
    }
    ring.end = end;
  }
  Entry& entry = entries_[number];
  entry.queue.store(queue, memory_order_relaxed);
  tokens[ring.end++ & ring_mask_] = token_of(entry, number);
}

std::optional<std::uint32_t> Eviction::pop(Ring& ring, std::uint64_t* tokens, Queue queue) {
  while (ring.head < ring.end) {
    const std::uint64_t token = tokens[ring.head++ & ring_mask_];
    if (live(token, queue)) return static_cast<std::uint32_t>(token);
  }
  return std::nullopt;
}

/// One use for each factor of four by which the value is dearer than the average. That is the
/// geometric one: prices span many orders of magnitude.
std::uint32_t Eviction::credit(const Entry& entry) {
  const std::uint32_t cost_us = entry.cost_us.load(memory_order_relaxed);
  if (cost_us == 0) return 0;
  const std::uint64_t bytes =
      std::max<std::uint64_t>(entry.value_bytes.load(memory_order_relaxed), 64);
  const float price = std::log2(static_cast<float>(cost_us) / static_cast<float>(bytes));
  if (state_->priced < 64) ++state_->priced;
  state_->price += (price - state_->price) / static_cast<float>(state_->priced);
  return static_cast<std::uint32_t>(
      std::clamp((price - state_->price) / 2, 0.0F, static_cast<float>(kMostUses)));
}

void Eviction::admit(std::uint32_t number) {
  Entry& entry = entries_[number];
  entry.uses.store(credit(entry), memory_order_relaxed);
  const KeyHash hash = entry.hash();
  std::uint32_t& ghost = ghosts_[hash.high & (std::bit_ceil(entries_.size()) - 1)];
  if (ghost == ghost_of(hash)) {
    ghost = 0;
    return push(state_->main, main_tokens_, Queue::main, number);
  }
  entries_.lists().small_bytes += entry.extent_bytes();
  push(state_->small, small_tokens_, Queue::small, number);
}

void Eviction::reset() {
  state_->small = state_->main = {};
  entries_.lists().small_bytes = 0;
}

std::optional<std::uint64_t> Eviction::make_room(std::size_t bytes) {
  if (bytes > slabs_.page_count() * kPageBytes) return std::nullopt;
  if (const auto offset = slabs_.find(bytes)) return offset;
  reclaim();
  if (const auto offset = slabs_.find(bytes)) return offset;
  // A value of many pages would need many victims that lie side by side by chance.
  for (std::uint32_t batch = 0; !is_large(bytes) && batch < kBatches; ++batch) {
    if (!evict_some(kBatch)) break;
    if (const auto offset = slabs_.find(bytes)) return offset;
  }
  if (SlabAllocator::in_slab(bytes)) {
    clear_window(kSlabPages, kSlabPages, false);
  } else {
    clear_window((bytes + kPageBytes - 1) / kPageBytes, 1, is_large(bytes));
  }
  return slabs_.find(bytes);
}

bool Eviction::make_entry() {
  if (entries_.lists().free_count == 0) reclaim();
  if (entries_.lists().free_count == 0) evict_some(kBatch);
  return entries_.lists().free_count > 0;
}

void Eviction::reclaim() {
  pins_.collect(pinned_);
  EntryLists& lists = entries_.lists();
  std::uint32_t* limbo = entries_.limbo();
  const std::uint32_t count = lists.limbo_count;
  std::uint32_t kept = 0;
  for (std::uint32_t at = 0; at < count; ++at) {
    if (contains(pinned_, limbo[at])) {
      limbo[kept++] = limbo[at];
    } else {
      free_entry(limbo[at]);
    }
  }
  lists.limbo_count = kept;
}

void Eviction::free_entry(std::uint32_t number) {
  const Entry& entry = entries_[number];
  const std::uint64_t offset = entry.offset.load(memory_order_relaxed);
  const std::size_t bytes = entry.extent_bytes();
  entries_.release(number);
  if (offset == kNoExtent) return;
  slabs_.unmark(offset, bytes);
  subtract(entries_.lists().payload_bytes, bytes);
}

bool Eviction::evictable(const Entry& entry, std::uint32_t number) const {
  return entry.state_word().state == EntryState::published && !contains(pinned_, number);
}

void Eviction::evict(std::uint32_t number) {
  auto* word = entries_.find(entries_[number].hash());
  if (word == nullptr || IndexWord::entry(word->load(memory_order_relaxed)) != number) return;
  entries_.unlink(*word);
  add(state_->evictions, 1);
}

void Eviction::move_to_main(std::uint32_t number) {
  Entry& entry = entries_[number];
  entries_.lists().small_bytes -= entry.extent_bytes();
  push(state_->main, main_tokens_, Queue::main, number);
}

bool Eviction::from_small() {
  const EntryLists& lists = entries_.lists();
  return lists.small_bytes * kSmallShare > lists.payload_bytes.load(memory_order_relaxed);
}

/// False if all that is left is in use.
bool Eviction::evict_some(std::uint32_t count) {
  std::uint32_t evicted = 0;
  // Each entry can be met once in the small queue, and kMostUses + 1 times in the main one.
  const std::uint64_t most = (kMostUses + 3) * std::uint64_t{entries_.size()};
  for (std::uint64_t step = 0; step < most && evicted < count; ++step) {
    bool small = from_small();
    auto number = small ? pop(state_->small, small_tokens_, Queue::small)
                        : pop(state_->main, main_tokens_, Queue::main);
    if (!number) {
      small = !small;
      number = small ? pop(state_->small, small_tokens_, Queue::small)
                     : pop(state_->main, main_tokens_, Queue::main);
    }
    if (!number) break;
    Entry& entry = entries_[*number];
    const std::uint32_t uses = entry.uses.load(memory_order_relaxed);
    const bool in_use = contains(pinned_, *number);
    const bool wanted = entries_.current(entry, now_) && uses > (small ? 1U : 0U);
    if (in_use || wanted) {
      if (!small && uses > 0) entry.uses.store(uses - 1, memory_order_relaxed);
      if (small) {
        move_to_main(*number);
      } else {
        push(state_->main, main_tokens_, Queue::main, *number);
      }
      continue;
    }
    const KeyHash hash = entry.hash();
    if (small) ghosts_[hash.high & (std::bit_ceil(entries_.size()) - 1)] = ghost_of(hash);
    evict(*number);
    ++evicted;
  }
  if (evicted > 0) reclaim();
  return evicted > 0;
}

/// Of all stretches of `pages`, the one with the fewest blocked ones, and of these the least
/// filled.
std::optional<Eviction::Window> Eviction::cheapest_window(std::size_t pages,
                                                          std::size_t alignment) const {
  std::optional<Window> best;
  Window window;
  for (std::size_t page = 0; page < slabs_.page_count(); ++page) {
    window.blocked += blocked_pages_[page] ? 1 : 0;
    window.taken += slabs_.page_taken(page) ? 1 : 0;
    if (page >= pages) {
      window.blocked -= blocked_pages_[page - pages] ? 1 : 0;
      window.taken -= slabs_.page_taken(page - pages) ? 1 : 0;
    }
    window.first = page + 1 - pages;
    if (page + 1 < pages || window.first % alignment != 0) continue;
    if (!best || window.blocked < best->blocked ||
        (window.blocked == best->blocked && window.taken < best->taken)) {
      best = window;
    }
  }
  return best;
}

void Eviction::clear_window(std::size_t pages, std::size_t alignment, bool even_if_blocked) {
  blocked_pages_.assign(blocked_pages_.size(), false);
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    const Entry& entry = entries_[number];
    if (!has_extent(entry) || evictable(entry, number)) continue;
    const PageRange range = pages_of(entry);
    for (std::size_t page = 0; page < range.count; ++page)
      blocked_pages_[range.first + page] = true;
  }
  const auto window = cheapest_window(pages, alignment);
  if (!window || (window->blocked > 0 && !even_if_blocked)) return;
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    const Entry& entry = entries_[number];
    if (!has_extent(entry) || !evictable(entry, number)) continue;
    const PageRange range = pages_of(entry);
    if (range.first < window->first + pages && window->first < range.first + range.count) {
      evict(number);
    }
  }
  reclaim();
}

}  // namespace ekiden::shared
