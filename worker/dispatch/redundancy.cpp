// SPDX-License-Identifier: MIT
#include "worker/dispatch/redundancy.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ekiden::worker {

namespace {

std::string_view middle_of(std::string_view bytes, std::size_t size) {
  return bytes.substr(bytes.size() > size ? (bytes.size() - size) / 2 : 0, size);
}

/// Six bytes must come again: of three or four digits any do, and to point back to these takes as
/// many bits as the digits. REQUIRES: there are eight, which are as quick to read.
std::uint64_t sequence_at(const char* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value << 16;
}

}  // namespace

bool has_repetitions(std::string_view bytes) {
  const std::string_view sample = middle_of(bytes, 2048);
  constexpr int kHashBits = 10;
  std::array<std::uint64_t, 1U << kHashBits> seen{};
  std::size_t again = 0;
  for (std::size_t i = 0; i + sizeof(std::uint64_t) <= sample.size(); ++i) {
    const std::uint64_t sequence = sequence_at(sample.data() + i);
    std::uint64_t& place = seen[sequence * 0x9E3779B97F4A7C15U >> (64 - kHashBits)];
    again += place == sequence ? 1 : 0;
    place = sequence;
  }
  return again >= sample.size() / 8;
}

bool looks_like_chance(std::string_view bytes) {
  const std::string_view sample = middle_of(bytes, 1024);
  std::array<std::uint32_t, 256> counts{};
  for (const char byte : sample) ++counts[static_cast<unsigned char>(byte)];
  std::size_t equal_pairs = 0;
  for (const std::size_t count : counts) equal_pairs += count * count;
  // Of two bytes that are chance, 1 in 256 are equal; of base64, 1 in 64.
  return equal_pairs * 160 < sample.size() * sample.size();
}

}  // namespace ekiden::worker
