// SPDX-License-Identifier: MIT
// What CacheWriter does after a worker died while it held the lock, and how tests check it.
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "shared/cache_writer.hpp"

namespace ekiden::shared {
namespace {

using std::memory_order_relaxed;
using std::memory_order_seq_cst;

}  // namespace

/// Clears index words that name nothing readable; notes the entries that are named.
void CacheWriter::rebuild_index() {
  std::fill(linked_.begin(), linked_.end(), 0ULL);
  for (std::uint32_t number = 0; number < entries_.bucket_count(); ++number) {
    for (auto& word : entries_.bucket(number).words) {
      const std::uint64_t named = word.load(memory_order_relaxed);
      if (named == 0) continue;
      const std::uint32_t entry = IndexWord::entry(named);
      bool valid = entry < entries_.size() && !contains(linked_, entry);
      if (valid) {
        const StateWord state = entries_[entry].state_word();
        valid = (state.state == EntryState::published || state.state == EntryState::computing) &&
                (state.version & 0xffffU) == IndexWord::version(named);
      }
      if (valid) {
        insert(linked_, entry);
      } else {
        word.store(0, memory_order_seq_cst);
      }
    }
  }
}

void CacheWriter::rebuild_entry(std::uint32_t number) {
  const bool linked = contains(linked_, number);
  Entry& entry = entries_[number];
  const StateWord word = entry.state_word();
  const bool making = word.state == EntryState::writing || word.state == EntryState::computing;
  // One that its dead worker left unfinished, or published but not linked, or unlinked but not
  // retired. What a worker that may still live is making stays its own.
  if ((making && !pins_.live(word.owner)) || (word.state == EntryState::published && !linked)) {
    if (word.state == EntryState::computing) {
      entry.outcome.store(Outcome::abandoned, memory_order_relaxed);
      if (linked) entries_.find(entry.hash())->store(0, memory_order_seq_cst);
    }
    entry.state.store(StateWord{EntryState::retired, 0, word.version}.pack());
    entries_.wake(number);
  }
  EntryLists& lists = entries_.lists();
  const EntryState state = entry.state_word().state;
  if (state == EntryState::retired && !contains(pinned_, number)) {
    entries_.release(number);
  } else if (state == EntryState::retired) {
    entries_.limbo()[lists.limbo_count++] = number;
  } else if (state == EntryState::published) {
    add(lists.published, 1);
    eviction_.admit(number);
  } else if (state == EntryState::free) {
    entries_.free_list()[lists.free_count++] = number;
  }
  const std::uint64_t offset = entry.offset.load(memory_order_relaxed);
  if (entry.state_word().state == EntryState::free || offset == kNoExtent) return;
  slabs_.mark(offset, entry.extent_bytes());
  add(lists.payload_bytes, entry.extent_bytes());
}

void CacheWriter::rebuild() {
  add(header_->rebuilds, 1);
  slabs_.reset();
  EntryLists& lists = entries_.lists();
  lists.free_count = lists.limbo_count = 0;
  lists.published = 0;
  lists.payload_bytes = 0;
  eviction_.reset();
  rebuild_index();
  pins_.collect(pinned_);
  for (std::uint32_t number = entries_.size(); number-- > 0;) rebuild_entry(number);
}

std::string CacheWriter::check_entries() {
  std::uint64_t published = 0;
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    const StateWord word = entries_[number].state_word();
    const bool is_published = word.state == EntryState::published;
    published += is_published ? 1 : 0;
    if (is_published && !contains(linked_, number)) {
      return fmt::format("entry {} is published, but not in the index", number);
    }
    if (contains(linked_, number) && !is_published && word.state != EntryState::computing) {
      return fmt::format("entry {} is in the index in state {}", number,
                         static_cast<int>(word.state));
    }
    const bool making = word.state == EntryState::writing || word.state == EntryState::computing;
    if (making && !pins_.live(word.owner)) {
      return fmt::format("entry {} belongs to the dead worker of slot {}", number, word.owner);
    }
  }
  if (published != entries_.lists().published.load()) return "the count of entries is wrong";
  return {};
}

std::string CacheWriter::check_extents() {
  std::vector<bool> taken(data_bytes_ / kLineBytes);
  std::size_t rounded_bytes = 0;
  std::uint64_t payload = 0;
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    const Entry& entry = entries_[number];
    const std::uint64_t offset = entry.offset.load();
    const StateWord word = entry.state_word();
    const bool was_never_used = word.state == EntryState::free && word.version == 0;
    if (offset == kNoExtent || was_never_used) continue;
    if (word.state == EntryState::free) {
      return fmt::format("entry {} is free, but has an extent", number);
    }
    const std::size_t bytes = SlabAllocator::rounded(entry.extent_bytes());
    if (offset + bytes > data_bytes_) return fmt::format("entry {} ends beyond the data", number);
    for (std::size_t line = 0; line < bytes / kLineBytes; ++line) {
      if (taken[offset / kLineBytes + line])
        return fmt::format("entry {} overlaps another", number);
      taken[offset / kLineBytes + line] = true;
    }
    rounded_bytes += bytes;
    payload += entry.extent_bytes();
  }
  if (rounded_bytes != slabs_.taken_bytes()) {
    return fmt::format("a leak: entries have {} bytes, the allocator gave {}", rounded_bytes,
                       slabs_.taken_bytes());
  }
  if (payload != entries_.lists().payload_bytes.load()) return "the count of bytes is wrong";
  return slabs_.check();
}

std::string CacheWriter::check_lists() {
  const EntryLists& lists = entries_.lists();
  std::uint32_t free_entries = 0;
  std::uint32_t retired = 0;
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    const EntryState state = entries_[number].state_word().state;
    free_entries += state == EntryState::free ? 1 : 0;
    retired += state == EntryState::retired ? 1 : 0;
  }
  EntrySet seen(linked_.size());
  const auto sound = [&](const std::uint32_t* list, std::uint32_t count, EntryState state) {
    for (std::uint32_t at = 0; at < count; ++at) {
      if (contains(seen, list[at]) || entries_[list[at]].state_word().state != state) return false;
      insert(seen, list[at]);
    }
    return true;
  };
  if (lists.free_count != free_entries || lists.limbo_count != retired ||
      !sound(entries_.free_list(), lists.free_count, EntryState::free) ||
      !sound(entries_.limbo(), lists.limbo_count, EntryState::retired)) {
    return "the list of free or of retired entries is wrong";
  }
  return {};
}

std::string CacheWriter::check_index() {
  std::fill(linked_.begin(), linked_.end(), 0ULL);
  for (std::uint32_t number = 0; number < entries_.bucket_count(); ++number) {
    for (auto& word : entries_.bucket(number).words) {
      const std::uint64_t named = word.load();
      if (named == 0) continue;
      const std::uint32_t entry = IndexWord::entry(named);
      if (entry >= entries_.size()) return "an index word beyond the table";
      if (contains(linked_, entry)) return fmt::format("entry {} is in the index twice", entry);
      const std::uint32_t home = entries_.home(entries_[entry].hash());
      if ((number | 1U) != (home | 1U)) return fmt::format("entry {} is in a wrong bucket", entry);
      insert(linked_, entry);
    }
  }
  return {};
}

std::string CacheWriter::check_invariants() {
  const std::unique_lock<RepairingMutex> lock(mutex_);
  eviction_.reclaim();
  std::string fault = check_index();
  if (fault.empty()) fault = check_entries();
  if (fault.empty()) fault = check_extents();
  if (fault.empty()) fault = check_lists();
  return fault;
}

}  // namespace ekiden::shared
