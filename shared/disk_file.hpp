// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "shared/disk_record.hpp"

namespace ekiden::shared {

/// A file with one value: its record, then its bytes. Written under another name and renamed, so
/// that a killed writer leaves no half of one under a name that counts. It is read by read(2): a
/// file that somebody cuts off meanwhile is damaged, not a SIGBUS.
class ValueFile {
 public:
  /// Nothing if there is none. Anything that can be opened will do: it is not trusted.
  static std::optional<ValueFile> open(const std::filesystem::path& path);
  /// Takes over the descriptor.
  explicit ValueFile(int fd) noexcept : fd_(fd) {}
  ValueFile(ValueFile&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), head_(std::move(other.head_)) {}
  ValueFile& operator=(ValueFile&&) = delete;
  ~ValueFile();

  /// The record, if the file begins with one and is as long as that says. Lives as long as this.
  std::optional<DiskRecord> record();
  const std::string& head() const noexcept { return head_; }

  /// True if the value is what its record says: reads all of it.
  bool check(const DiskRecord& record) const;
  /// Reads the value into `place`. False if it is not what the record says.
  /// REQUIRES: `place` has record.value_bytes bytes.
  bool read(const DiskRecord& record, std::span<std::byte> place) const;

  /// Writes a file. Returns 0, or an error of errno; then nothing is left of it.
  static int write(const std::filesystem::path& path, std::span<const std::byte> head,
                   std::span<const std::byte> value);

 private:
  bool read_at(std::uint64_t offset, std::span<std::byte> place) const;

  int fd_ = -1;
  std::string head_;
};

/// What a file is called while it is written.
inline constexpr const char* kUnfinished = ".tmp";

}  // namespace ekiden::shared
