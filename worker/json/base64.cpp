// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <cstring>

#include "worker/json/writer.hpp"

namespace ekiden::worker {

namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using Pair = std::array<char, 2>;

/// Two output characters for each 12 bits of input: half the look-ups of the usual table.
constexpr std::array<Pair, 4096> make_pairs() {
  std::array<Pair, 4096> pairs{};
  for (std::size_t bits = 0; bits < pairs.size(); ++bits) {
    pairs[bits] = {kAlphabet[bits >> 6], kAlphabet[bits & 63]};
  }
  return pairs;
}

constexpr std::array<Pair, 4096> kPairs = make_pairs();

std::uint64_t load_big_endian(const std::byte* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return __builtin_bswap64(word);
}

void put(char* to, std::uint64_t bits) { std::memcpy(to, kPairs[bits & 4095].data(), 2); }

/// Encodes the last one or two bytes; returns the characters written.
std::size_t put_rest(char* to, const std::byte* from, std::size_t size) {
  if (size == 0) return 0;
  const auto first = std::to_integer<std::uint32_t>(from[0]);
  const auto second = size == 2 ? std::to_integer<std::uint32_t>(from[1]) : 0;
  const std::uint32_t bits = first << 16 | second << 8;
  to[0] = kAlphabet[bits >> 18];
  to[1] = kAlphabet[bits >> 12 & 63];
  to[2] = size == 2 ? kAlphabet[bits >> 6 & 63] : '=';
  to[3] = '=';
  return 4;
}

}  // namespace

void write_base64(std::string& out, std::span<const std::byte> bytes) {
  const std::size_t start = out.size();
  out.resize(start + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + start;
  const std::byte* from = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 6, from += 6, to += 8) {  // reads 8 bytes, uses 6
    const std::uint64_t word = load_big_endian(from);
    put(to, word >> 52);
    put(to + 2, word >> 40);
    put(to + 4, word >> 28);
    put(to + 6, word >> 16);
  }
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    const std::uint32_t bits = std::to_integer<std::uint32_t>(from[0]) << 16 |
                               std::to_integer<std::uint32_t>(from[1]) << 8 |
                               std::to_integer<std::uint32_t>(from[2]);
    put(to, bits >> 12);
    put(to + 2, bits);
  }
  put_rest(to, from, left);
}

}  // namespace ekiden::worker
