// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/key_hash.hpp"

namespace ekiden::shared {

/// What is known of a value on disk. The same bytes stand in the index and at the head of a value's
/// file, so that each file can be told from any other, and the index be made anew from the files.
struct DiskRecord {
  static constexpr std::size_t kMostNames = 8;    ///< a function and seven tags
  static constexpr std::size_t kMostKey = 32768;  ///< bytes; values with longer keys are not kept

  std::string_view key;
  std::array<std::uint32_t, kMostNames> names{};  ///< slots, see name_slot
  std::uint32_t name_count = 0;
  bool in_file = false;
  std::uint64_t value_bytes = 0;
  std::uint64_t value_checksum = 0;
  std::uint64_t began = 0;    ///< the count of voidings when its computation began
  std::uint64_t written = 0;  ///< wall clock, nanoseconds; no two values of a key have the same
  std::uint64_t expires = 0;  ///< wall clock, nanoseconds; 0: never
  std::uint64_t timeout = 0;  ///< from written to expires

  /// Bytes of the encoded record: its fixed part, the names, the key.
  std::size_t head_bytes() const noexcept;
  static constexpr std::size_t kFixedBytes = 96;
  static constexpr std::size_t kMostHead = kFixedBytes + 4 * kMostNames + kMostKey;
};

std::string encode(const DiskRecord& record);
/// The record that `bytes` begin with; nothing if they are not one, whole and undamaged. Its key
/// lies in `bytes`.
std::optional<DiskRecord> decode_record(std::span<const std::byte> bytes);

/// The same key has the same digest on every machine and after every start. Who looks up by it
/// compares the key as well.
KeyHash disk_digest(std::string_view key) noexcept;

inline constexpr std::uint32_t kNameSlots = 16384;
/// Where it is noted that the values of a function or tag were voided. Two names may share a slot:
/// then a value more is computed again.
std::uint32_t name_slot(std::string_view name) noexcept;
/// As name_slot, for the computations of one key.
std::uint32_t key_slot(const KeyHash& digest) noexcept;

/// Over values of any size, in blocks.
class Checksum {
 public:
  static constexpr std::size_t kBlock = 256U << 10;
  /// REQUIRES: each block but the last has kBlock bytes.
  void add(std::span<const std::byte> block) noexcept;
  std::uint64_t value() const noexcept { return state_; }
  static std::uint64_t of(std::span<const std::byte> bytes) noexcept;

 private:
  std::uint64_t state_ = 0;
};

/// "0123…ef-0123456789abcdef.value": the digest of the key, and when it was written.
std::string value_file_name(const KeyHash& digest, std::uint64_t written);
/// True if that is how the name looks.
bool is_value_file_name(std::string_view name) noexcept;

}  // namespace ekiden::shared
