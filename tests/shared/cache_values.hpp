// SPDX-License-Identifier: MIT
#pragma once

#include "shared/memo_cache.hpp"

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

// Values that can tell whether they are whole.
namespace ekiden::shared {

inline std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline std::string text(const Pin& pin) {
  return {reinterpret_cast<const char*>(pin.bytes().data()), pin.bytes().size()};
}

/// Fills `place` with a pattern that names `key`, its own size and `seed`, and repeats nowhere.
inline void fill_pattern(std::span<std::byte> place, std::uint64_t key, std::uint64_t seed) {
  const std::size_t words = place.size() / 8;
  for (std::size_t at = 0; at < words; ++at) {
    const std::uint64_t word = at == 0   ? key
                               : at == 1 ? place.size()
                               : at == 2 ? seed
                                         : (seed ^ at) * 0x9e3779b97f4a7c15ULL;
    std::memcpy(place.data() + at * 8, &word, 8);
  }
}

/// True if `value` is what fill_pattern made for `key`, every byte of it.
inline bool whole_pattern(std::span<const std::byte> value, std::uint64_t key) {
  const auto word = [&](std::size_t at) {
    std::uint64_t result = 0;
    std::memcpy(&result, value.data() + at * 8, 8);
    return result;
  };
  if (value.size() < 24 || word(0) != key || word(1) != value.size()) return false;
  const std::uint64_t seed = word(2);
  for (std::size_t at = 3; at < value.size() / 8; ++at) {
    if (word(at) != (seed ^ at) * 0x9e3779b97f4a7c15ULL) return false;
  }
  return true;
}

/// The `seed` of a value that is whole.
inline std::uint64_t pattern_seed(std::span<const std::byte> value) {
  std::uint64_t seed = 0;
  if (value.size() >= 24) std::memcpy(&seed, value.data() + 16, 8);
  return seed;
}

inline std::string pattern(std::size_t size, std::uint64_t key, std::uint64_t seed = 1) {
  std::string value(size, '\0');
  fill_pattern(std::as_writable_bytes(std::span(value)), key, seed);
  return value;
}

/// The computation of `value`.
inline std::function<void(ValueWriter&)> computes(std::string value) {
  return [value](ValueWriter& writer) {
    const auto place = writer.reserve(value.size());
    std::memcpy(place.data(), value.data(), value.size());
  };
}

}  // namespace ekiden::shared
