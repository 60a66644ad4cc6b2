// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "worker/json/base64_avx2.hpp"
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

/// Encodes the last one or two bytes.
void put_rest(char* to, const std::byte* from, std::size_t size) {
  if (size == 0) return;
  const auto first = std::to_integer<std::uint32_t>(from[0]);
  const auto second = size == 2 ? std::to_integer<std::uint32_t>(from[1]) : 0;
  const std::uint32_t bits = first << 16 | second << 8;
  to[0] = kAlphabet[bits >> 18];
  to[1] = kAlphabet[bits >> 12 & 63];
  to[2] = size == 2 ? kAlphabet[bits >> 6 & 63] : '=';
  to[3] = '=';
}

/// The text without the padding; nullopt if it has no length that base64 has.
std::optional<std::string_view> without_padding(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  return text;
}

}  // namespace

void encode_base64(char* to, std::span<const std::byte> bytes) noexcept {
  const std::byte* from = bytes.data();
  std::size_t left = bytes.size();
  if (has_avx2()) {
    const Base64Bulk bulk = encode_bulk(to, from, left);
    to += bulk.characters;
    from += bulk.bytes;
    left -= bulk.bytes;
  }
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

void write_base64(std::string& out, std::span<const std::byte> bytes) {
  // By way of a buffer that stays in the processor's cache: to resize the string would write
  // zeros all over it first.
  constexpr std::size_t kPiece = 12U << 10;
  std::array<char, base64_size(kPiece)> buffer;
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(kPiece, bytes.size()));
    bytes = bytes.subspan(piece.size());
    encode_base64(buffer.data(), piece);
    out.append(buffer.data(), base64_size(piece.size()));
  }
}

std::optional<std::size_t> base64_bytes(std::string_view text) {
  const auto characters = without_padding(text);
  if (!characters) return std::nullopt;
  return characters->size() * 3 / 4;
}

bool read_base64(std::string_view text, std::span<std::byte> bytes) {
  const std::string_view characters = *without_padding(text);
  Base64Bulk bulk{0, 0};
  if (has_avx2()) bulk = decode_bulk(bytes.data(), characters.data(), characters.size());
  std::byte* to = bytes.data() + bulk.bytes;
  std::uint32_t bits = 0;
  unsigned held = 0;  // bits not yet written
  for (const char c : characters.substr(bulk.characters)) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNone) return false;
    bits = (bits << 6 | value) & 0xFFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    *to++ = static_cast<std::byte>(bits >> held & 0xFF);
  }
  return true;
}

std::optional<std::string> read_base64(std::string_view text) {
  const auto size = base64_bytes(text);
  if (!size) return std::nullopt;
  std::string bytes(*size, '\0');
  if (!read_base64(text, std::as_writable_bytes(std::span(bytes)))) return std::nullopt;
  return bytes;
}

}  // namespace ekiden::worker
