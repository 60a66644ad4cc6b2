// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ekiden::shared {

struct KeyHash {
  std::uint64_t low = 0, high = 0;
  friend bool operator==(const KeyHash&, const KeyHash&) = default;
};

using HashSeed = std::array<std::uint64_t, 4>;

namespace detail {

__extension__ typedef unsigned __int128 Product;  // NOLINT: no other name in ISO C++

inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

inline std::uint64_t word_at(const char* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

}  // namespace detail

/// 128 bits from `key`, in the manner of wyhash: two lanes of 64 × 64 bit multiplications.
///
/// The seed is random at each start, so that nobody outside can choose keys that meet in one
/// bucket. It is not a cryptographic hash: whoever looks up by it compares the key as well.
inline KeyHash hash_key(std::string_view key, const HashSeed& seed) noexcept {
  using detail::fold;
  using detail::word_at;
  const char* at = key.data();
  std::size_t left = key.size();
  std::uint64_t a = seed[0] ^ left;
  std::uint64_t b = seed[1];
  for (; left > 16; left -= 16, at += 16) {
    const std::uint64_t x = word_at(at);
    const std::uint64_t y = word_at(at + 8);
    a = fold(a ^ x, y ^ seed[2]);
    b = fold(b ^ y, x ^ seed[3]);
  }
  std::uint64_t x = 0;
  std::uint64_t y = 0;
  if (key.size() >= 16) {  // the last 16 bytes, some perhaps a second time
    x = word_at(at + left - 16);
    y = word_at(at + left - 8);
  } else if (left > 8) {
    x = word_at(at);
    std::memcpy(&y, at + 8, left - 8);
  } else if (left > 0) {
    std::memcpy(&x, at, left);
  }
  a = fold(a ^ x, y ^ seed[2]);
  b = fold(b ^ y ^ seed[3], x ^ seed[1]);
  return {fold(a ^ seed[3], b ^ seed[0]), fold(b ^ seed[2], a ^ key.size())};
}

}  // namespace ekiden::shared
