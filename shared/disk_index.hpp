// SPDX-License-Identifier: MIT
#pragma once

#include <lmdb.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "shared/disk_record.hpp"

namespace ekiden::shared {

/// LMDB said no.
class DiskIndexError : public std::runtime_error {
 public:
  DiskIndexError(const char* what, int code);
  int code() const noexcept { return code_; }
  /// True if the index is damaged, and to be used no more in this process.
  bool damaged() const noexcept;

 private:
  int code_;
};

/// Numbers of the whole folder, kept with what they count in one transaction.
struct DiskTotals {
  std::uint64_t voidings = 0;  ///< how often something was voided; values are older or newer
  std::uint64_t cleared = 0;   ///< what `voidings` was at the last clear
  std::uint64_t ages = 0;      ///< the age last given; larger is newer
  std::uint64_t small_bytes = 0, file_bytes = 0;
  std::uint64_t small_values = 0, files = 0;
};

/// The index of a folder of values, and the small values themselves: one LMDB environment.
///
/// Without fsync: it outlives processes, killed at any instruction, but not the machine.
///
/// Thread safety: all members; a transaction belongs to one thread at a time. Fork: opened after
/// it; one per process and folder. A child must not touch its parent's.
///
/// Throws DiskIndexError.
class DiskIndex {
 public:
  class Reading;
  class Writing;
  enum class Kind { small, file };
  static constexpr std::uint64_t kPage = 4096;

  /// Opens it, or makes it. Its file always has `map_bytes`, holes included, so that no page of the
  /// map is ever missing; one that was cut off is an error, not a SIGBUS.
  DiskIndex(const std::filesystem::path& folder, std::uint64_t map_bytes);
  DiskIndex(const DiskIndex&) = delete;
  DiskIndex& operator=(const DiskIndex&) = delete;
  ~DiskIndex();

  /// Bytes that its file has on disk, at most.
  std::uint64_t used_bytes() const;
  /// Forgets the readers of processes that died; what they read can be used again then.
  void forget_dead_readers();
  void sync();
  /// Throws unless all that can be reached is well formed.
  void walk();

 private:
  void open_tables();
  void check_size() const;
  MDB_dbi table_of(std::uint64_t age) const;
  MDB_txn* begin_reading();
  void end_reading(MDB_txn* txn) noexcept;

  MDB_env* env_ = nullptr;
  /// Small values and the records of files lie by age: new ones fill the last page, and the oldest
  /// leave whole pages free. `keys_` has the age of each digest.
  MDB_dbi keys_ = 0, small_ = 0, files_ = 0, voids_ = 0, totals_ = 0;
  std::uint64_t map_bytes_;
  std::mutex mutex_;
  std::vector<MDB_txn*> idle_;  ///< reset, each with its slot in the table of readers
};

/// A snapshot. What it finds lies in the map while it lives.
class DiskIndex::Reading {
  friend class DiskIndex;

 public:
  explicit Reading(DiskIndex& index) : index_(index), txn_(index.begin_reading()) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() { index_.end_reading(txn_); }

  struct Found {
    std::uint64_t age;
    DiskRecord record;
    std::span<const std::byte> head;   ///< the encoded record
    std::span<const std::byte> value;  ///< of a small one
  };
  /// Throws if what is there is no record.
  std::optional<Found> find(const KeyHash& digest) const;
  DiskTotals totals() const;
  /// What `voidings` was when the slot was voided last.
  std::uint64_t voided(std::uint32_t slot) const;
  /// True unless it was voided since its computation began.
  bool is_current(const DiskRecord& record, const DiskTotals& totals) const;

 protected:
  Reading(DiskIndex& index, MDB_txn* txn) : index_(index), txn_(txn) {}
  DiskIndex& index_;
  MDB_txn* txn_;
};

/// A change, made in whole by `commit` or not at all. One at a time among all processes.
class DiskIndex::Writing : private DiskIndex::Reading {
 public:
  explicit Writing(DiskIndex& index);
  ~Writing();
  void commit();

  using Reading::find;
  using Reading::Found;
  using Reading::is_current;
  using Reading::voided;

  DiskTotals totals;  ///< written by commit

  /// Puts a value that is not there yet; `value` is empty for one in a file.
  void put(const KeyHash& digest, const DiskRecord& record, std::span<const std::byte> value);
  /// Takes out what is there. The name of its file, if it has one: to be unlinked after commit.
  std::optional<std::string> remove(const KeyHash& digest);
  /// Makes the value the newest of its kind.
  void renew(const KeyHash& digest);
  std::optional<KeyHash> oldest(Kind kind) const;
  void set_voided(std::uint32_t slot);
  /// Bytes of the pages that are in use.
  std::uint64_t page_bytes() const;
  /// Takes out everything; returns the names of the files.
  std::vector<std::string> clear();

 private:
  void put(MDB_dbi table, MDB_val key, MDB_val value);
  void append(const KeyHash& digest, Kind kind, std::span<const std::byte> head,
              std::span<const std::byte> value);
  void take_out(const KeyHash& digest, std::uint64_t age);
};

}  // namespace ekiden::shared
