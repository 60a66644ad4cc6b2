// SPDX-License-Identifier: MIT
#pragma once

#include <boost/interprocess/sync/file_lock.hpp>
#include <cstdint>
#include <filesystem>
#include <string>

namespace ekiden::shared {

/// The folder of a disk tier as the master sees it: locked while the server runs, its index checked
/// or made anew at the start, marked as clean at the end. The workers' half is DiskTier.
///
///     lock       held by the one server that uses the folder
///     state      layout, "open" or "clean", boot id, size of the index
///     voided     what was voided, for the day the index is lost
///     index/     LMDB's data.mdb and lock.mdb
///     values/    one file per large value
///
/// Files of any other name are left alone.
///
/// Fork: made before the first one; all work on the index is done in child processes of its own,
/// since a damaged map kills who walks it, and an LMDB environment must not be inherited.
class DiskFolder {
 public:
  struct Options {
    std::filesystem::path folder;
    std::uint64_t bytes = 1U << 30;  ///< on disk, in all; at least kLeastBytes
    std::string boot_id = {};        ///< empty: the kernel's
    /// Workers of the image of this process before this one use it, and go on. Then a folder whose
    /// index would have to be made anew is an error.
    bool in_use = false;
  };
  static constexpr std::uint64_t kLeastBytes = 16U << 20;

  /// Makes the folder if it is not there. Throws std::runtime_error with one line: another server
  /// has it, or it cannot be written.
  explicit DiskFolder(Options options);
  DiskFolder(const DiskFolder&) = delete;
  DiskFolder& operator=(const DiskFolder&) = delete;

  /// Writes all to the disk and marks the folder as clean. REQUIRES: no worker is left. Without it
  /// the index still survives, unless the machine starts anew.
  void close() noexcept;

  /// The part of `bytes` that the index may use.
  static std::uint64_t index_bytes(std::uint64_t bytes);

 private:
  void take_lock();
  void make_ready();
  void write_state(const char* mark, bool durable) const;
  std::string reason_to_rebuild() const;

  Options options_;
  boost::interprocess::file_lock lock_;
};

}  // namespace ekiden::shared
