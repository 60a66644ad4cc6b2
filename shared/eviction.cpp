// SPDX-License-Identifier: MIT
#include "shared/eviction.hpp"

#include "shared/segment.hpp"

#include <limits>

namespace ekiden::shared {
namespace {

using std::memory_order_relaxed;

constexpr std::uint32_t kBatch = 8;
constexpr std::uint32_t kBatches = 8;  ///< before a window is cleared instead

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
      entries_(entries),
      slabs_(slabs),
      pins_(pins),
      now_(now),
      pinned_((entries.size() + 63) / 64),
      blocked_pages_(slabs.page_count()) {}

std::optional<std::uint64_t> Eviction::make_room(std::size_t bytes) {
  if (bytes > slabs_.page_count() * kPageBytes) return std::nullopt;
  if (const auto offset = slabs_.find(bytes)) return offset;
  reclaim();
  if (const auto offset = slabs_.find(bytes)) return offset;
  // A value of many pages would need many victims that lie side by side by chance.
  const bool small = bytes <= 4 * kSlabBytes;
  for (std::uint32_t batch = 0; small && batch < kBatches; ++batch) {
    if (!evict_some(kBatch)) break;
    if (const auto offset = slabs_.find(bytes)) return offset;
  }
  if (SlabAllocator::in_slab(bytes)) {
    clear_window(kSlabPages, kSlabPages);
  } else {
    clear_window((bytes + kPageBytes - 1) / kPageBytes, 1);
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

/// False if the hand went round twice and found nothing: all that is left is in use.
bool Eviction::evict_some(std::uint32_t count) {
  std::uint32_t evicted = 0;
  for (std::uint32_t step = 0; step < 2 * entries_.size() && evicted < count; ++step) {
    const std::uint32_t number = state_->hand;
    state_->hand = number + 1 < entries_.size() ? number + 1 : 0;
    Entry& entry = entries_[number];
    if (!evictable(entry, number)) continue;
    if (entry.referenced.load(memory_order_relaxed) != 0 && !entry.expired(now_)) {
      entry.referenced.store(0, memory_order_relaxed);
      continue;
    }
    evict(number);
    ++evicted;
  }
  if (evicted > 0) reclaim();
  return evicted > 0;
}

/// Of all stretches of `pages` that hold nothing in use, the first page of the least filled one.
std::optional<std::size_t> Eviction::cheapest_window(std::size_t pages, std::size_t alignment) {
  const std::size_t none = std::numeric_limits<std::size_t>::max();
  std::optional<std::size_t> best;
  std::size_t best_taken = none;
  std::size_t taken = 0;
  std::size_t run = 0;
  for (std::size_t page = 0; page < slabs_.page_count(); ++page) {
    if (blocked_pages_[page]) {
      run = taken = 0;
      continue;
    }
    taken += slabs_.page_taken(page) ? 1 : 0;
    if (++run > pages) taken -= slabs_.page_taken(page - pages) ? 1 : 0;
    const std::size_t first = page + 1 - pages;
    if (run >= pages && first % alignment == 0 && taken < best_taken) {
      best = first;
      best_taken = taken;
    }
  }
  return best;
}

void Eviction::clear_window(std::size_t pages, std::size_t alignment) {
  blocked_pages_.assign(blocked_pages_.size(), false);
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    const Entry& entry = entries_[number];
    if (!has_extent(entry) || evictable(entry, number)) continue;
    const PageRange range = pages_of(entry);
    for (std::size_t page = 0; page < range.count; ++page)
      blocked_pages_[range.first + page] = true;
  }
  const auto first = cheapest_window(pages, alignment);
  if (!first) return;
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    const Entry& entry = entries_[number];
    if (!has_extent(entry) || !evictable(entry, number)) continue;
    const PageRange range = pages_of(entry);
    if (range.first < *first + pages && *first < range.first + range.count) evict(number);
  }
  reclaim();
}

}  // namespace ekiden::shared
