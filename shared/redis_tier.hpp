// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "shared/redis_url.hpp"
#include "shared/tier.hpp"

namespace ekiden::shared {

class MemoCache;

/// Values in a Redis server that several machines share; the segment is each machine's own copy of
/// what it uses.
///
/// One machine at a time computes a value: it holds a lock with a lease that it renews, and the
/// others wait for the news that the value is there. If the machine falls silent the lease ends and
/// another one computes; what the first one may still bring is refused. What is erased or voided on
/// one machine goes from the segments of all, also of those that were cut off meanwhile.
///
/// A server that is slow, frozen, gone or full costs a caller two timeouts at most, then nobody
/// until a probe finds it well; each machine goes on by itself. What it voids meanwhile is voided
/// in Redis afterwards.
///
/// Whoever may write to the server decides what values are: it must be as trusted as the program.
///
/// Thread safety: all members. Fork: made in a worker after MemoCache::attach. A crash: the
/// machine's next caller takes the lead over at once.
class RedisTier final : public Tier {
 public:
  struct Options {
    RedisUrl url;
    std::string prefix = "ekiden:";  ///< of all keys and of the channel
    std::chrono::milliseconds connect_timeout{100};
    std::chrono::milliseconds command_timeout{100};  ///< for each 64 KiB of a command
    std::chrono::milliseconds lease{5000};
    std::size_t connections = 4;
    /// Larger values are stored beside what describes them, in chunks, so that no script copies
    /// them: at most 32 MiB.
    std::size_t chunk_above = 64U << 10;
    std::size_t chunk_bytes = 2U << 20;
  };

  struct Counters {
    std::uint64_t hits;      ///< values found
    std::uint64_t leads;     ///< computations begun under the lock
    std::uint64_t waits;     ///< loads that waited for another machine
    std::uint64_t saves;     ///< values kept
    std::uint64_t refused;   ///< values that came late, or were voided while they were computed
    std::uint64_t alone;     ///< loads that did without Redis
    std::uint64_t errors;    ///< refusals of the server: full, say; and values that were not whole
    std::uint64_t failures;  ///< connections lost, answers late or unreadable
    std::uint64_t trips;     ///< times the server was given up, until a probe found it well
  };

  /// REQUIRES: `memory` outlives it. Throws std::invalid_argument if an option is out of range. A
  /// server that cannot be reached is no error.
  RedisTier(MemoCache& memory, Options options);
  ~RedisTier() override;

  Lead load(const Item& item, ValueWriter& result) override;
  bool find(const Item& item, ValueWriter& result) override;
  std::uint64_t begin(const Item& item) override;
  void save(const Item& item, std::uint64_t stamp, std::span<const std::byte> value,
            std::chrono::nanoseconds timeout) override;
  void abandon(const Item& item, std::uint64_t stamp) override;
  bool erase(std::string_view key) override;
  void invalidate(std::string_view name) override;
  void clear() override;

  bool reachable() const;
  Counters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ekiden::shared
