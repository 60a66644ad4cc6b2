// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "shared/disk_file.hpp"
#include "shared/disk_index.hpp"
#include "shared/disk_tier.hpp"
#include "shared/void_journal.hpp"

namespace ekiden::shared {

struct DiskTier::Impl {
  explicit Impl(Options given);

  /// Runs `work` on the index. What it throws is counted and logged; false then, and if the index
  /// was found damaged before.
  template <class Work>
  bool attempt(const Work& work);
  void report(const std::exception& error);
  /// A line at most every ten seconds.
  void complain(std::string_view what);
  void note_voiding(const Voiding& voiding);
  void not_voided();

  enum class Result { hit, miss, gone };
  /// `stamp` becomes what save() needs.
  bool look_up(const Item& item, ValueWriter& result, std::uint64_t& stamp);
  Result try_look_up(const Item& item, ValueWriter& result, std::uint64_t& stamp);
  Result read_file(const std::string& head, ValueWriter& result);
  void give_lifetime(const DiskRecord& record, ValueWriter& result) const;
  bool is_current(const DiskIndex::Reading& txn, const DiskRecord& record,
                  const DiskTotals& totals) const;
  /// Takes a damaged value out of the index, unless there is a newer one by now.
  void drop(const KeyHash& digest, std::uint64_t written, const char* what);
  void note_use(const KeyHash& digest);

  DiskRecord record_of(const Item& item, std::uint64_t stamp, std::span<const std::byte> value,
                       std::chrono::nanoseconds timeout) const;
  void write(const DiskRecord& record, std::span<const std::byte> value);
  void enter(const DiskRecord& record, std::span<const std::byte> value);
  /// Evicts the oldest until the value fits. False if it never will.
  bool make_room(DiskIndex::Writing& txn, const DiskRecord& record,
                 std::vector<std::string>& files);
  void renew_used(DiskIndex::Writing& txn);
  void unlink_all(const std::vector<std::string>& files) const;
  std::filesystem::path path_of(const std::string& file) const { return values / file; }

  Options options;
  std::filesystem::path values;
  std::uint64_t map_bytes;
  DiskIndex index;
  std::atomic<bool> damaged{false};
  std::atomic<std::uint64_t> complained_ns{0}, readers_checked_ns{0}, last_written{0};

  std::mutex mutex;
  std::condition_variable idle;
  std::vector<KeyHash> used;  ///< since the last write: made newest by the next one
  std::size_t pending = 0;    ///< values being written later

  std::atomic<std::uint64_t> hits{0}, misses{0}, saved{0}, evicted{0}, dropped{0}, failures{0};
};

template <class Work>
bool DiskTier::Impl::attempt(const Work& work) {
  if (damaged.load(std::memory_order_relaxed)) return false;
  try {
    work();
    return true;
  } catch (const std::exception& error) {
    report(error);
    return false;
  }
}

}  // namespace ekiden::shared
