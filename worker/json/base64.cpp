// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <cstring>

#include "worker/json/reader.hpp"
#include "worker/json/writer.hpp"

namespace ekiden::worker {

namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kNone = 64;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < 64; ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr std::array<std::uint8_t, 256> kValues = make_values();

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

std::optional<std::string> read_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned held = 0;  // bits not yet written
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    bits = (bits << 6 | value) & 0xFFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xFF);
  }
  return bytes;
}

}  // namespace ekiden::worker
