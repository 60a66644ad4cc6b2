// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/robust_mutex.hpp"

namespace ekiden::shared {

class Segment;

/// What this machine has voided and other machines must still be told: kept in the segment, so that
/// any of its workers can tell it when the one that voided it is dead.
///
/// A list of records that only grows at its end and is taken from at its beginning, by one store of
/// a word each. If there is no room for another record, one that means everything takes the place
/// of all. Since a value of the cache may be evicted, this is none.
///
/// Thread and process safety: all members. After a crash: nothing to repair. A record that was
/// being told is told again; to void twice costs values, never freshness.
class Outbox {
 public:
  enum class Kind : std::uint8_t { name, key };
  struct Item {
    Kind kind;
    std::string text;  ///< of a function or tag; the empty one: of everything
  };

  /// Lays the list out. REQUIRES: before the first fork.
  explicit Outbox(Segment& segment);
  static std::size_t bytes();

  bool empty() const noexcept;
  void add(Kind kind, std::string_view text);
  /// Calls `tell` for each item, in the order in which they came, and removes it when `tell` has
  /// returned. What `tell` throws reaches the caller. False, at once, if another worker does it.
  bool deliver(const std::function<void(const Item&)>& tell);

 private:
  struct State;
  struct Range {
    std::uint32_t round = 0, begin = 0, end = 0;
  };
  struct Batch {
    std::uint32_t round = 0;
    std::vector<Item> items;
    std::vector<std::uint32_t> ends;
  };

  static std::uint64_t pack(const Range& range) noexcept;
  static Range unpack(std::uint64_t word) noexcept;
  Item item_at(std::uint32_t position) const;
  std::uint32_t end_of(std::uint32_t position) const;
  bool holds(const Range& range, Kind kind, std::string_view text) const;
  Batch begin_telling();
  bool remove(std::uint32_t round, std::uint32_t end);
  void stop_telling();

  State* state_;
  RepairingMutex list_;      ///< held for a look through the records
  RepairingMutex delivery_;  ///< held while they are told
};

}  // namespace ekiden::shared
