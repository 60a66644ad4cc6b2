// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ekiden::shared {

class ValueWriter;

/// Where values are kept besides the segment: on disk, so that they outlive the server, or in
/// Redis, so that other machines have them.
///
/// A tier never makes a call fail: what it cannot do counts as a miss, and is counted and logged.
/// Thread and process safety: all members from any thread of a worker; made after the fork.
class Tier {
 public:
  /// What a value belongs to.
  struct Item {
    std::string_view key;       ///< the cache's whole key
    std::string_view function;  ///< its memoized function, or empty
    std::span<const std::string> tags;
  };
  struct Lead {
    bool found = false;
    /// If not found: what to give to `save` or `abandon`, one of which follows.
    std::uint64_t stamp = 0;
  };

  virtual ~Tier() = default;

  /// Fills `result` with the current value, its lifetime too. If there is none the caller, one per
  /// machine, computes; a tier of several machines may first wait for another one that does.
  virtual Lead load(const Item& item, ValueWriter& result) = 0;
  /// Fills `result` if there is a current value.
  virtual bool find(const Item& item, ValueWriter& result) = 0;
  /// The stamp for a value whose computation begins now, whatever there is.
  virtual std::uint64_t begin(const Item& item) = 0;
  /// Keeps `value`, unless `item` was erased or one of its names voided since the stamp. `timeout`
  /// 0: it never expires.
  virtual void save(const Item& item, std::uint64_t stamp, std::span<const std::byte> value,
                    std::chrono::nanoseconds timeout) = 0;
  virtual void abandon(const Item& item, std::uint64_t stamp) = 0;
  /// True if there was a value.
  virtual bool erase(std::string_view key) = 0;
  /// Voids all values with that function or tag.
  virtual void invalidate(std::string_view name) = 0;
  virtual void clear() = 0;
};

}  // namespace ekiden::shared
