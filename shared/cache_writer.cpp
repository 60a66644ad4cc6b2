// SPDX-License-Identifier: MIT
#include "shared/cache_writer.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "shared/memo_cache.hpp"
#include "shared/segment.hpp"

namespace ekiden::shared {
namespace {

using std::memory_order_relaxed;
using std::memory_order_release;

/// How long a failed or declined computation is remembered.
constexpr std::chrono::seconds kNegativeTimeout{1};
constexpr std::size_t kLongestFailure = 1024;
constexpr std::uint32_t kMostLimbo = 32;
constexpr std::chrono::milliseconds kReapPatience{5};
/// A large value waits up to twice as long for room.
constexpr std::chrono::milliseconds kLongestPause{64};
constexpr std::chrono::milliseconds kMasterPatience{50};

using Lock = std::unique_lock<RepairingMutex>;

/// For what the master does too, which is not attached: a worker that was stopped while it held the
/// lock must not stop the master.
Lock lock_soon(RepairingMutex& mutex, const PinTable& pins) {
  if (pins.attached()) return Lock(mutex);
  Lock lock(mutex, kMasterPatience);
  if (!lock) throw std::runtime_error("a worker does not give back the cache's lock; try again");
  return lock;
}

}  // namespace

CacheWriter::CacheWriter(Segment& segment, EntryTable& entries, SlabAllocator& slabs,
                         PinTable& pins, std::uint64_t (*now)())
    : header_(segment.construct<CacheHeader>()),
      erasures_(segment.allocate<Erasures>(kErasures)),
      entries_(entries),
      slabs_(slabs),
      pins_(pins),
      eviction_(segment, entries, slabs, pins, now),
      data_(segment.writable_data()),
      readable_(segment.readable_data().data()),
      data_bytes_(segment.readable_data().size()),
      now_(now),
      mutex_(header_->writers, [this] { rebuild(); }),
      linked_((entries.size() + 63) / 64),
      pinned_(linked_.size()) {}

Lifetime CacheWriter::lifetime(std::chrono::nanoseconds timeout,
                               std::chrono::nanoseconds stale) const {
  Lifetime life;
  life.stored_ns = now_();
  const auto after = [&](std::chrono::nanoseconds span) {
    const auto count = static_cast<std::uint64_t>(span.count());
    const bool ends = count <= std::numeric_limits<std::uint64_t>::max() - life.stored_ns;
    return ends ? life.stored_ns + count : 0;
  };
  if (timeout.count() <= 0) return life;
  life.expires_ns = after(timeout);
  if (stale.count() > 0 && life.expires_ns != 0) {
    life.stale_ns = life.expires_ns;
    const bool ends = stale < std::chrono::nanoseconds::max() - timeout;
    life.expires_ns = ends ? after(timeout + stale) : 0;
  }
  return life;
}

std::byte* CacheWriter::place(const Ticket& ticket) const noexcept {
  const Entry& entry = entries_[ticket.entry];
  std::byte* place = data_ + entry.offset.load(memory_order_relaxed);
  Segment::map_now({place, entry.extent_bytes()});
  return place;
}

bool CacheWriter::holds(const Entry& entry, std::string_view key) const noexcept {
  const std::uint64_t offset = entry.offset.load(memory_order_relaxed);
  const std::uint64_t value_bytes = entry.value_bytes.load(memory_order_relaxed);
  return offset != kNoExtent && entry.key_bytes.load(memory_order_relaxed) == key.size() &&
         (key.empty() ||
          std::memcmp(readable_ + offset + value_bytes, key.data(), key.size()) == 0);
}

std::optional<Ticket> CacheWriter::allocate(const KeyHash& hash, const Names& names,
                                            EntryState state) {
  if (!eviction_.make_entry()) return std::nullopt;
  const auto entry = entries_.allocate(hash, names, state, pins_.slot());
  if (!entry) return std::nullopt;
  return Ticket{*entry, entries_[*entry].state.load(memory_order_relaxed)};
}

bool CacheWriter::attach_extent(std::uint32_t number, std::size_t key_bytes,
                                std::size_t value_bytes, bool may_evict) {
  if (key_bytes > data_bytes_ || value_bytes > data_bytes_ - key_bytes) return false;
  const std::size_t bytes = key_bytes + value_bytes;
  const auto offset = may_evict ? eviction_.make_room(bytes) : slabs_.find(bytes);
  if (!offset) return false;
  Entry& entry = entries_[number];
  entry.key_bytes.store(key_bytes, memory_order_relaxed);
  entry.value_bytes.store(value_bytes, memory_order_relaxed);
  entry.offset.store(*offset, memory_order_release);  // from here on the extent is the entry's
  slabs_.mark(*offset, bytes);
  add(entries_.lists().payload_bytes, bytes);
  return true;
}

Join CacheWriter::join(const KeyHash& hash, std::string_view key, const Names& names) {
  const Lock lock(mutex_);
  const auto* word = entries_.find(hash);
  if (word == nullptr) return lead(hash, names);
  const std::uint32_t number = IndexWord::entry(word->load(memory_order_relaxed));
  const Entry& entry = entries_[number];
  Join join;
  if (entry.state_word().state == EntryState::computing) {
    join.role = Join::Role::follow;
    join.ticket = {number, entry.state.load(memory_order_relaxed)};
    join.wake = entry.wake.load();
  } else if (!entries_.current(entry, now_)) {
    return lead(hash, names);
  } else if (holds(entry, key) || entry.outcome.load(memory_order_relaxed) == Outcome::declined) {
    join.role = Join::Role::look_again;
  }
  return join;  // else another key of the same hash lives here: leave it
}

Join CacheWriter::lead(const KeyHash& hash, const Names& names) {
  Join join;
  const auto ticket = allocate(hash, names, EntryState::computing);
  if (!ticket) return join;
  if (!entries_.link(ticket->entry)) {
    entries_.retire(ticket->entry);
    return join;
  }
  auto& word = *entries_.find(hash);
  join.pin_slot = pins_.acquire(word, word.load(memory_order_relaxed));
  if (join.pin_slot == PinTable::kExhausted) {
    entries_.unlink(word);
    entries_.retire(ticket->entry);
    return join;
  }
  join.role = Join::Role::lead;
  join.ticket = *ticket;
  return join;
}

std::optional<Ticket> CacheWriter::begin(const KeyHash& hash, const Names& names) {
  const Lock lock(mutex_);
  auto ticket = allocate(hash, names, EntryState::writing);
  if (!ticket) return ticket;
  ticket->erasures = erasures_of(hash).count.load(memory_order_relaxed);
  if (const auto* word = entries_.find(hash)) ticket->replaces = word->load(memory_order_relaxed);
  return ticket;
}

std::optional<Ticket> CacheWriter::begin_draft(const Ticket& ticket) {
  const Entry& entry = entries_[ticket.entry];
  const Lock lock(mutex_);
  auto draft = allocate(entry.hash(), entry.names(), EntryState::writing);
  if (!draft) return std::nullopt;
  draft->erasures = ticket.erasures;
  draft->replaces = ticket.replaces;
  entries_[draft->entry].generation.store(entry.generation.load(memory_order_relaxed),
                                          memory_order_relaxed);
  return draft;
}

bool CacheWriter::await_extent(std::uint32_t entry, std::size_t key_bytes,
                               std::size_t value_bytes) {
  for (std::chrono::milliseconds pause{1}; pause <= kLongestPause; pause *= 2) {
    {
      const Lock lock(mutex_);
      if (attach_extent(entry, key_bytes, value_bytes)) return true;
    }
    const std::size_t bytes = key_bytes + value_bytes;
    if (!Eviction::is_large(bytes) || bytes > data_bytes_) return false;
    // Nobody tells when a pin goes; most are held for as long as a callback takes.
    std::this_thread::sleep_for(pause);
  }
  return false;
}

bool CacheWriter::extend(const Ticket& ticket, std::size_t key_bytes, std::size_t value_bytes) {
  if (await_extent(ticket.entry, key_bytes, value_bytes)) return true;
  const Lock lock(mutex_);
  entries_.release(ticket.entry);
  return false;
}

bool CacheWriter::extend_if_vacant(const Ticket& ticket, std::size_t key_bytes,
                                   std::size_t value_bytes) {
  const Lock lock(mutex_);
  if (attach_extent(ticket.entry, key_bytes, value_bytes, false)) return true;
  entries_.release(ticket.entry);
  return false;
}

void CacheWriter::drop_later(const Ticket& ticket) {
  const Lock lock(mutex_);
  entries_.retire(ticket.entry);
  if (entries_.lists().limbo_count >= kMostLimbo) eviction_.reclaim();
}

void CacheWriter::drop(const Ticket& ticket) {
  const Lock lock(mutex_);
  eviction_.free_entry(ticket.entry);
}

bool CacheWriter::reserve(const Ticket& ticket, std::size_t key_bytes, std::size_t value_bytes) {
  if (await_extent(ticket.entry, key_bytes, value_bytes)) return true;
  const Lock lock(mutex_);
  settle(ticket.entry, Outcome::declined, lifetime(kNegativeTimeout, {}));
  return false;
}

/// Ends a computation. One that was displaced meanwhile counts for its leader only, who has it
/// pinned.
void CacheWriter::settle(std::uint32_t entry, Outcome outcome, const Lifetime& lifetime) {
  const bool linked = entries_.linked(entry);
  entries_.publish(entry, outcome, lifetime);
  if (linked) {
    eviction_.admit(entry);
  } else {
    entries_.retire(entry);
  }
  entries_.wake(entry);
}

/// Makes what begin() took the value of its key, unless that was erased meanwhile. False also if
/// all words of its buckets name computations; then there was no value that it could have replaced.
bool CacheWriter::make_current(std::uint32_t entry, const Lifetime& lifetime, bool erased) {
  entries_.publish(entry, Outcome::value, lifetime);
  const bool linked = !erased && entries_.link(entry);
  if (linked) {
    eviction_.admit(entry);
  } else {
    entries_.retire(entry);
  }
  return linked;
}

bool CacheWriter::publish(const Ticket& ticket, const Lifetime& lifetime, std::uint32_t cost_us) {
  const Lock lock(mutex_);
  entries_[ticket.entry].cost_us.store(cost_us, memory_order_relaxed);
  bool current = true;
  if (StateWord::unpack(ticket.state).state == EntryState::computing) {
    settle(ticket.entry, Outcome::value, lifetime);
  } else {
    current = make_current(ticket.entry, lifetime);
  }
  if (entries_.lists().limbo_count >= kMostLimbo) eviction_.reclaim();
  return current;
}

/// Since begin(). If that is not known, a value that still is where it was then has not been.
bool CacheWriter::was_erased(const Ticket& ticket) const {
  const KeyHash hash = entries_[ticket.entry].hash();
  if (!erasures_of(hash).may_include(hash, ticket.erasures)) return false;
  const auto* word = entries_.find(hash);
  return ticket.replaces == 0 || word == nullptr ||
         word->load(memory_order_relaxed) != ticket.replaces;
}

bool CacheWriter::publish_unless_erased(const Ticket& ticket, const Lifetime& lifetime,
                                        std::uint32_t cost_us) {
  const Lock lock(mutex_);
  Entry& entry = entries_[ticket.entry];
  entry.cost_us.store(cost_us, memory_order_relaxed);
  const bool erased = was_erased(ticket);
  const bool current = make_current(ticket.entry, lifetime, erased);
  if (entries_.lists().limbo_count >= kMostLimbo) eviction_.reclaim();
  return current;
}

void CacheWriter::publish_instead(const Ticket& ticket, const Ticket& made,
                                  const Lifetime& lifetime, std::uint32_t cost_us) {
  const Lock lock(mutex_);
  entries_[made.entry].cost_us.store(cost_us, memory_order_relaxed);
  // The computation's word becomes the value's, so there is one.
  make_current(made.entry, lifetime, !entries_.linked(ticket.entry));
  entries_.retire(ticket.entry);
  entries_.wake(ticket.entry);
  if (entries_.lists().limbo_count >= kMostLimbo) eviction_.reclaim();
}

Entry* CacheWriter::current(const KeyHash& hash, std::string_view key) const {
  const auto* word = entries_.find(hash);
  if (word == nullptr) return nullptr;
  Entry& entry = entries_[IndexWord::entry(word->load(memory_order_relaxed))];
  const bool is_value = entry.state_word().state == EntryState::published &&
                        entry.outcome.load(memory_order_relaxed) == Outcome::value;
  return is_value && entries_.current(entry, now_) && holds(entry, key) ? &entry : nullptr;
}

CacheWriter::PublishedIf CacheWriter::publish_if(const Ticket& ticket, std::string_view key,
                                                 std::optional<std::span<const std::byte>> expected,
                                                 const Lifetime& lifetime) {
  const Lock lock(mutex_);
  const Entry* there = current(entries_[ticket.entry].hash(), key);
  bool holds_expected = there == nullptr && !expected;
  if (there != nullptr && expected) {
    const std::byte* bytes = readable_ + there->offset.load(memory_order_relaxed);
    const std::size_t size = there->value_bytes.load(memory_order_relaxed);
    holds_expected = std::equal(bytes, bytes + size, expected->begin(), expected->end());
  }
  PublishedIf result = PublishedIf::differs;
  if (holds_expected) {
    const bool current = make_current(ticket.entry, lifetime);
    result = current ? PublishedIf::published : PublishedIf::no_room;
  } else {
    eviction_.free_entry(ticket.entry);
  }
  if (entries_.lists().limbo_count >= kMostLimbo) eviction_.reclaim();
  return result;
}

bool CacheWriter::touch(const KeyHash& hash, std::string_view key, const Lifetime& lifetime) {
  const Lock lock(mutex_);
  Entry* entry = current(hash, key);
  if (entry == nullptr) return false;
  entry->expires_ns.store(lifetime.expires_ns, memory_order_relaxed);
  entry->stale_ns.store(lifetime.stale_ns, memory_order_relaxed);
  return true;
}

std::uint32_t CacheWriter::add_function(FunctionStatistics& statistics, std::string_view name) {
  const Lock lock(mutex_);
  return statistics.find_or_add(name);
}

std::optional<EntryInfo> CacheWriter::describe(const Entry& entry, std::string_view prefix,
                                               std::size_t head) const {
  const bool is_value = entry.state_word().state == EntryState::published &&
                        entry.outcome.load(memory_order_relaxed) == Outcome::value;
  if (!is_value || !entries_.current(entry, now_)) return std::nullopt;
  EntryInfo info;
  info.value_bytes = entry.value_bytes.load(memory_order_relaxed);
  const char* bytes =
      reinterpret_cast<const char*>(readable_ + entry.offset.load(memory_order_relaxed));
  info.key.assign(bytes + info.value_bytes, entry.key_bytes.load(memory_order_relaxed));
  if (!info.key.starts_with(prefix)) return std::nullopt;
  info.head.assign(bytes, std::min<std::size_t>(head, info.value_bytes));
  const std::uint64_t now = now_();
  const std::uint64_t expires = entry.expires_ns.load(memory_order_relaxed);
  info.age = std::chrono::nanoseconds(now - entry.stored_ns.load(memory_order_relaxed));
  if (expires != 0) info.expires_in = std::chrono::nanoseconds(expires - now);
  info.cost = std::chrono::microseconds(entry.cost_us.load(memory_order_relaxed));
  return info;
}

std::vector<EntryInfo> CacheWriter::list(std::string_view prefix, std::size_t count,
                                         std::size_t head) {
  constexpr std::uint32_t kEntriesAtOnce = 256;  // other writers get their turn in between
  std::vector<EntryInfo> found;
  for (std::uint32_t first = 0; first < entries_.size() && found.size() < count;
       first += kEntriesAtOnce) {
    const std::uint32_t end = std::min(first + kEntriesAtOnce, entries_.size());
    const Lock lock = lock_soon(mutex_, pins_);
    for (std::uint32_t number = first; number < end && found.size() < count; ++number) {
      if (auto info = describe(entries_[number], prefix, head)) found.push_back(std::move(*info));
    }
  }
  return found;
}

void CacheWriter::decline(const Ticket& ticket) {
  const Lock lock(mutex_);
  settle(ticket.entry, Outcome::declined, lifetime(kNegativeTimeout, {}));
}

void CacheWriter::fail(const Ticket& ticket, std::string_view key, std::string_view text) {
  text = text.substr(0, kLongestFailure);
  const KeyHash hash = entries_[ticket.entry].hash();
  const Lock lock(mutex_);
  if (entries_.linked(ticket.entry)) {
    auto notice = allocate(hash, entries_[ticket.entry].names(), EntryState::writing);
    if (notice && !attach_extent(notice->entry, key.size(), text.size())) {
      entries_.release(notice->entry);
      notice.reset();
    }
    if (notice) {
      std::byte* at = place(*notice);
      std::copy_n(reinterpret_cast<const std::byte*>(text.data()), text.size(), at);
      std::copy_n(reinterpret_cast<const std::byte*>(key.data()), key.size(), at + text.size());
      entries_.publish(notice->entry, Outcome::failure, lifetime(kNegativeTimeout, {}));
      entries_.link(notice->entry);  // in place of the computation, so there is a word for it
      eviction_.admit(notice->entry);
    } else {
      entries_.unlink(*entries_.find(hash));
    }
  }
  entries_.retire(ticket.entry);
  entries_.wake(ticket.entry);
}

void CacheWriter::bury(const Ticket& ticket) {
  const Lock lock(mutex_);
  Entry& entry = entries_[ticket.entry];
  if (entry.state.load(memory_order_relaxed) != ticket.state) return;
  auto* word = entries_.find(entry.hash());
  if (word == nullptr || IndexWord::entry(word->load(memory_order_relaxed)) != ticket.entry) return;
  entry.outcome.store(Outcome::abandoned, memory_order_relaxed);
  entries_.unlink(*word);
}

bool CacheWriter::erase(const KeyHash& hash, std::string_view key) {
  const Lock lock(mutex_);
  erasures_of(hash).add(hash);
  auto* word = entries_.find(hash);
  if (word == nullptr) return false;
  const Entry& entry = entries_[IndexWord::entry(word->load(memory_order_relaxed))];
  const bool published = entry.state_word().state == EntryState::published;
  if (published && entry.offset.load(memory_order_relaxed) != kNoExtent && !holds(entry, key)) {
    return false;
  }
  const bool was_there = published && entry.outcome.load(memory_order_relaxed) == Outcome::value &&
                         entries_.current(entry, now_);
  entries_.unlink(*word);
  if (entries_.lists().limbo_count >= kMostLimbo) eviction_.reclaim();
  return was_there;
}

void CacheWriter::clear() {
  constexpr std::uint32_t kBucketsAtOnce = 256;  // other writers get their turn in between
  {
    const Lock lock = lock_soon(mutex_, pins_);
    for (std::size_t group = 0; group < kErasures; ++group) erasures_[group].add_all();
  }
  for (std::uint32_t first = 0; first < entries_.bucket_count(); first += kBucketsAtOnce) {
    const Lock lock = lock_soon(mutex_, pins_);
    const std::uint32_t end = std::min(first + kBucketsAtOnce, entries_.bucket_count());
    for (std::uint32_t number = first; number < end; ++number) {
      for (auto& word : entries_.bucket(number).words) entries_.unlink(word);
    }
    eviction_.reclaim();
  }
}

/// Ends what a dead worker was making.
void CacheWriter::abandon(std::uint32_t number) {
  Entry& entry = entries_[number];
  if (entry.state_word().state == EntryState::computing) {
    entry.outcome.store(Outcome::abandoned, memory_order_relaxed);
    if (entries_.linked(number)) entries_.unlink(*entries_.find(entry.hash()));
  }
  entries_.retire(number);
  entries_.wake(number);
}

bool CacheWriter::reap(std::uint32_t slot) {
  pins_.clear_row(slot);
  // Nobody adds to what a dead worker owns, so the search needs no lock.
  std::vector<Ticket> owned;
  for (std::uint32_t entry = 0; entry < entries_.size(); ++entry) {
    const std::uint64_t state = entries_[entry].state.load();
    const StateWord word = StateWord::unpack(state);
    const bool making = word.state == EntryState::writing || word.state == EntryState::computing;
    if (making && word.owner == slot) owned.push_back({entry, state});
  }
  Lock lock(mutex_, std::defer_lock);
  if (!lock.try_lock_for(kReapPatience)) return false;
  for (const Ticket& ticket : owned) {
    if (entries_[ticket.entry].state.load() == ticket.state) abandon(ticket.entry);
  }
  eviction_.reclaim();
  return true;
}

}  // namespace ekiden::shared
