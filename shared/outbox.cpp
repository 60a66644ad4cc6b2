// SPDX-License-Identifier: MIT
#include "shared/outbox.hpp"

#include <array>
#include <cstring>
#include <mutex>

#include "shared/segment.hpp"

namespace ekiden::shared {
namespace {

using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

constexpr std::uint32_t kRecordBytes = 256U << 10;

struct Head {
  std::uint32_t text_bytes;
  std::uint32_t kind;
};
constexpr std::uint32_t kHead = sizeof(Head);

}  // namespace

/// The first record is never written over: it stands for everything, whatever has become of the
/// others.
struct Outbox::State {
  RobustMutex list, delivery;
  std::atomic<std::uint64_t> range;
  std::atomic<std::uint64_t> telling;  ///< the part of the range that is being told
  std::array<std::byte, kRecordBytes> records;
};

Outbox::Outbox(Segment& segment)
    : state_(segment.construct<State>()),
      list_(state_->list, [] {}),
      delivery_(state_->delivery, [] {}) {
  if (!segment.adopted()) state_->range = state_->telling = pack({0, kHead, kHead});
}

std::size_t Outbox::bytes() { return sizeof(State) + 4096; }

/// A range begins with a new round when its positions no longer follow from those before.
std::uint64_t Outbox::pack(const Range& range) noexcept {
  return std::uint64_t{range.round & 0xffffU} << 48U | std::uint64_t{range.begin} << 24U |
         range.end;
}

Outbox::Range Outbox::unpack(std::uint64_t word) noexcept {
  return {static_cast<std::uint32_t>(word >> 48U),
          static_cast<std::uint32_t>(word >> 24U & 0xff'ffffU),
          static_cast<std::uint32_t>(word & 0xff'ffffU)};
}

bool Outbox::empty() const noexcept {
  const Range range = unpack(state_->range.load(memory_order_acquire));
  return range.begin == range.end;
}

std::uint32_t Outbox::end_of(std::uint32_t position) const {
  Head head{};
  std::memcpy(&head, &state_->records[position], kHead);
  return position + kHead + head.text_bytes;
}

Outbox::Item Outbox::item_at(std::uint32_t position) const {
  Head head{};
  std::memcpy(&head, &state_->records[position], kHead);
  const char* text = reinterpret_cast<const char*>(state_->records.data()) + position + kHead;
  return {static_cast<Kind>(head.kind), std::string(text, head.text_bytes)};
}

bool Outbox::holds(const Range& range, Kind kind, std::string_view text) const {
  for (std::uint32_t at = range.begin; at < range.end; at = end_of(at)) {
    Head head{};
    std::memcpy(&head, &state_->records[at], kHead);
    if (head.kind == static_cast<std::uint32_t>(kind) && head.text_bytes == text.size() &&
        std::memcmp(state_->records.data() + at + kHead, text.data(), text.size()) == 0) {
      return true;
    }
  }
  return false;
}

void Outbox::add(Kind kind, std::string_view text) {
  const std::scoped_lock lock(list_);
  Range range = unpack(state_->range.load(memory_order_relaxed));
  // What is being told may have been told already, and is voided a second time now.
  const Range told = unpack(state_->telling.load(memory_order_relaxed));
  const bool telling = told.round == range.round && told.end > range.begin;
  if (holds({range.round, telling ? told.end : range.begin, range.end}, kind, text)) return;
  if (range.end + kHead + text.size() > kRecordBytes) {
    state_->range.store(pack({range.round + 1, 0, kHead}), memory_order_release);
    return;
  }
  const Head head{static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(kind)};
  std::memcpy(&state_->records[range.end], &head, kHead);
  std::memcpy(state_->records.data() + range.end + kHead, text.data(), text.size());
  range.end += kHead + head.text_bytes;
  state_->range.store(pack(range), memory_order_release);
}

Outbox::Batch Outbox::begin_telling() {
  const std::scoped_lock lock(list_);
  const Range range = unpack(state_->range.load(memory_order_relaxed));
  Batch batch;
  batch.round = range.round;
  for (std::uint32_t at = range.begin; at < range.end; at = end_of(at)) {
    batch.items.push_back(item_at(at));
    batch.ends.push_back(end_of(at));
  }
  state_->telling.store(pack(range), memory_order_relaxed);
  return batch;
}

/// False if everything has taken the place of what was being told.
bool Outbox::remove(std::uint32_t round, std::uint32_t end) {
  const std::scoped_lock lock(list_);
  Range range = unpack(state_->range.load(memory_order_relaxed));
  if (range.round != round) return false;
  range.begin = end;
  if (range.begin == range.end) range = {range.round + 1, kHead, kHead};
  state_->range.store(pack(range), memory_order_release);
  return true;
}

void Outbox::stop_telling() {
  const std::scoped_lock lock(list_);
  state_->telling.store(pack({0, 0, 0}), memory_order_relaxed);
}

bool Outbox::deliver(const std::function<void(const Item&)>& tell) {
  const std::unique_lock delivering(delivery_, std::try_to_lock);
  if (!delivering) return false;
  try {
    while (!empty()) {
      const Batch batch = begin_telling();
      for (std::size_t at = 0; at < batch.items.size(); ++at) {
        tell(batch.items[at]);
        if (!remove(batch.round, batch.ends[at])) break;
      }
    }
  } catch (...) {
    stop_telling();
    throw;
  }
  return true;
}

}  // namespace ekiden::shared
