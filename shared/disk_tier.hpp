// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "shared/memo_cache.hpp"
#include "shared/tier.hpp"

namespace ekiden::shared {

/// Nanoseconds since 1970, for lifetimes that outlast a boot.
inline std::uint64_t wall_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
}

/// What a worker's disk tier has done.
struct DiskCounters {
  std::uint64_t hits, misses, saved, evicted;
  std::uint64_t dropped;   ///< values that were damaged
  std::uint64_t failures;  ///< values that the disk did not take, or could not give
};

/// Values in a folder, so that they outlive the server: up to kSmall bytes in an LMDB index, larger
/// ones in files of their own. See shared/README.md, "On disk".
///
/// Thread safety: all members. Processes: any number, each with one DiskTier of its own, made after
/// the fork. REQUIRES: a DiskFolder of this server holds the folder.
///
/// A crash leaves a whole index and whole files; what was being written is gone. What is damaged
/// all the same is never served: each record and each value has a checksum.
///
/// Errors: none reach the caller. What cannot be read is a miss, what cannot be written is not
/// kept; both are counted and logged, the log at most every ten seconds. An index that turns out to
/// be damaged is left alone from then on; the next start makes it anew.
class DiskTier final : public Tier {
 public:
  static constexpr std::size_t kSmall = 64U << 10;     ///< bytes; larger values get a file
  static constexpr std::size_t kAtOnce = 1024U << 10;  ///< bytes; larger files are written later

  struct Options {
    std::filesystem::path folder;
    std::uint64_t bytes = 1U << 30;  ///< as DiskFolder::Options::bytes
    std::uint64_t (*wall)() = wall_ns;
    /// Runs a job on another thread. Null: values of any size are written by who computed them.
    std::function<void(std::function<void()>)> later = nullptr;
    /// Pins a value of the segment while it is written later, so that it is not copied. A value
    /// that `pin` does not find where it is given to `save` is written at once.
    std::function<std::optional<Pin>(std::string_view key)> pin = nullptr;
  };

  /// Throws std::runtime_error if the folder's index cannot be opened.
  explicit DiskTier(Options options);
  /// Waits for what is being written.
  ~DiskTier() override;

  Lead load(const Item& item, ValueWriter& result) override;
  bool find(const Item& item, ValueWriter& result) override;
  std::uint64_t begin(const Item& item) override;
  void save(const Item& item, std::uint64_t stamp, std::span<const std::byte> value,
            std::chrono::nanoseconds timeout) override;
  void abandon(const Item& item, std::uint64_t stamp) override;
  bool erase(std::string_view key) override;
  void invalidate(std::string_view name) override;
  void clear() override;

  /// Waits until nothing is being written, at most so long.
  void flush(std::chrono::milliseconds patience);
  DiskCounters counters() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  ///< also held by what is written later
};

}  // namespace ekiden::shared
