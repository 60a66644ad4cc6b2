// SPDX-License-Identifier: MIT
#include "shared/disk_record.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace ekiden::shared {
namespace {

constexpr HashSeed kSeed{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
                         0x082efa98ec4e6c89};
constexpr char kMagic[8] = {'E', 'k', 'i', 'd', 'e', 'n', 'V', '1'};
constexpr std::size_t kSuffixBytes = 6;  // ".value"

/// The bytes before names and key, as they lie on disk: little-endian, no gaps.
struct Fixed {
  char magic[8];
  std::uint32_t head_bytes, key_bytes, name_count, in_file;
  std::uint64_t value_bytes, value_checksum, began, written, expires, timeout;
  std::uint64_t reserved[2];
  std::uint64_t checksum;  ///< of the head, with zero here
};
static_assert(sizeof(Fixed) == DiskRecord::kFixedBytes);

std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t checksum_of_head(Fixed fixed, std::string_view rest) noexcept {
  fixed.checksum = 0;
  const std::string_view front(reinterpret_cast<const char*>(&fixed), sizeof fixed);
  HashSeed seed = kSeed;
  seed[1] ^= hash_key(front, kSeed).low;
  return hash_key(rest, seed).low;
}

/// True if names and key fill the head exactly.
bool adds_up(const Fixed& fixed) noexcept {
  return fixed.name_count <= DiskRecord::kMostNames && fixed.key_bytes <= DiskRecord::kMostKey &&
         fixed.head_bytes == sizeof(Fixed) + 4 * fixed.name_count + fixed.key_bytes;
}

bool is_hex(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::size_t DiskRecord::head_bytes() const noexcept {
  return kFixedBytes + 4 * std::size_t{name_count} + key.size();
}

std::string encode(const DiskRecord& record) {
  Fixed fixed{};
  std::memcpy(fixed.magic, kMagic, sizeof kMagic);
  fixed.head_bytes = static_cast<std::uint32_t>(record.head_bytes());
  fixed.key_bytes = static_cast<std::uint32_t>(record.key.size());
  fixed.name_count = record.name_count;
  fixed.in_file = record.in_file ? 1 : 0;
  fixed.value_bytes = record.value_bytes;
  fixed.value_checksum = record.value_checksum;
  fixed.began = record.began;
  fixed.written = record.written;
  fixed.expires = record.expires;
  fixed.timeout = record.timeout;
  std::string bytes(record.head_bytes(), '\0');
  std::memcpy(bytes.data() + sizeof fixed, record.names.data(), 4 * std::size_t{record.name_count});
  record.key.copy(bytes.data() + bytes.size() - record.key.size(), record.key.size());
  fixed.checksum = checksum_of_head(fixed, std::string_view(bytes).substr(sizeof fixed));
  std::memcpy(bytes.data(), &fixed, sizeof fixed);
  return bytes;
}

std::optional<DiskRecord> decode_record(std::span<const std::byte> bytes) {
  Fixed fixed{};
  if (bytes.size() < sizeof fixed) return std::nullopt;
  std::memcpy(&fixed, bytes.data(), sizeof fixed);
  if (std::memcmp(fixed.magic, kMagic, sizeof kMagic) != 0) return std::nullopt;
  if (!adds_up(fixed) || bytes.size() < fixed.head_bytes) return std::nullopt;
  const std::string_view rest =
      text_of(bytes.subspan(sizeof fixed, fixed.head_bytes - sizeof fixed));
  if (checksum_of_head(fixed, rest) != fixed.checksum) return std::nullopt;
  DiskRecord record;
  std::memcpy(record.names.data(), rest.data(), 4 * std::size_t{fixed.name_count});
  record.key = rest.substr(4 * std::size_t{fixed.name_count});
  record.name_count = fixed.name_count;
  record.in_file = fixed.in_file != 0;
  record.value_bytes = fixed.value_bytes;
  record.value_checksum = fixed.value_checksum;
  record.began = fixed.began;
  record.written = fixed.written;
  record.expires = fixed.expires;
  record.timeout = fixed.timeout;
  return record;
}

KeyHash disk_digest(std::string_view key) noexcept { return hash_key(key, kSeed); }

std::uint32_t name_slot(std::string_view name) noexcept {
  return static_cast<std::uint32_t>(hash_key(name, kSeed).low % kNameSlots);
}

std::uint32_t key_slot(const KeyHash& digest) noexcept {
  return kNameSlots + static_cast<std::uint32_t>(digest.high % kNameSlots);
}

void Checksum::add(std::span<const std::byte> block) noexcept {
  HashSeed seed = kSeed;
  seed[0] ^= state_;
  const KeyHash hash = hash_key(text_of(block), seed);
  state_ = hash.low ^ hash.high;
}

std::uint64_t Checksum::of(std::span<const std::byte> bytes) noexcept {
  Checksum checksum;
  for (std::size_t at = 0; at < bytes.size(); at += kBlock) {
    checksum.add(bytes.subspan(at, std::min(kBlock, bytes.size() - at)));
  }
  return checksum.value();
}

std::string value_file_name(const KeyHash& digest, std::uint64_t written) {
  return fmt::format("{:016x}{:016x}-{:016x}.value", digest.high, digest.low, written);
}

bool is_value_file_name(std::string_view name) noexcept {
  return name.size() == 32 + 1 + 16 + kSuffixBytes && is_hex(name.substr(0, 32)) &&
         name[32] == '-' && is_hex(name.substr(33, 16)) && name.substr(49) == ".value";
}

}  // namespace ekiden::shared
