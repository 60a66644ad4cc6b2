// SPDX-License-Identifier: MIT
// After Wojciech Muła and Daniel Lemire, "Faster Base64 Encoding and Decoding Using AVX2
// Instructions", 2018.
#include "worker/json/base64_avx2.hpp"

#include <immintrin.h>

#define EKIDEN_AVX2 __attribute__((target("avx2")))

namespace ekiden::worker {

namespace {

/// 24 bytes, 12 in the low part of each half, as 32 numbers of six bits.
EKIDEN_AVX2 __m256i six_bits_each(__m256i bytes) noexcept {
  const __m256i order = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, 1, 0, 2,
                                         1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  const __m256i groups = _mm256_shuffle_epi8(bytes, order);
  const __m256i odd = _mm256_and_si256(groups, _mm256_set1_epi32(0x0fc0fc00));
  const __m256i even = _mm256_and_si256(groups, _mm256_set1_epi32(0x003f03f0));
  return _mm256_or_si256(_mm256_mulhi_epu16(odd, _mm256_set1_epi32(0x04000040)),
                         _mm256_mullo_epi16(even, _mm256_set1_epi32(0x01000010)));
}

/// The alphabet is five runs; each number gets the offset of its own.
EKIDEN_AVX2 __m256i as_characters(__m256i numbers) noexcept {
  const __m256i offsets =
      _mm256_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                       '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0,
                       'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                       '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0);
  const __m256i upper_case = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), numbers);
  const __m256i run = _mm256_or_si256(_mm256_subs_epu8(numbers, _mm256_set1_epi8(51)),
                                      _mm256_and_si256(upper_case, _mm256_set1_epi8(13)));
  return _mm256_add_epi8(numbers, _mm256_shuffle_epi8(offsets, run));
}

EKIDEN_AVX2 __m256i twice(__m128i half) noexcept { return _mm256_broadcastsi128_si256(half); }

/// The six bits that each character stands for. False if one is not of the alphabet: the tables of
/// its two halves have a bit in common then.
EKIDEN_AVX2 bool as_numbers(__m256i& characters) noexcept {
  const __m256i low_table = twice(_mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                                0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A));
  const __m256i high_table = twice(_mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08,
                                                 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10));
  const __m256i offsets =
      twice(_mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i slash = _mm256_set1_epi8('/');  // also the mask of a half's bits that count here
  const __m256i high = _mm256_and_si256(_mm256_srli_epi32(characters, 4), slash);
  const __m256i low = _mm256_and_si256(characters, slash);
  if (_mm256_testz_si256(_mm256_shuffle_epi8(low_table, low),
                         _mm256_shuffle_epi8(high_table, high)) == 0) {
    return false;
  }
  const __m256i run = _mm256_add_epi8(_mm256_cmpeq_epi8(characters, slash), high);
  characters = _mm256_add_epi8(characters, _mm256_shuffle_epi8(offsets, run));
  return true;
}

/// 32 numbers of six bits as 24 bytes and 8 that are 0.
EKIDEN_AVX2 __m256i packed(__m256i numbers) noexcept {
  const __m256i pairs = _mm256_maddubs_epi16(numbers, _mm256_set1_epi32(0x01400140));
  const __m256i triples = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
  const __m256i order =
      twice(_mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
  return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(triples, order),
                                     _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
}

}  // namespace

bool has_avx2() noexcept {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

EKIDEN_AVX2 Base64Bulk encode_bulk(char* to, const std::byte* from, std::size_t bytes) noexcept {
  std::size_t done = 0;
  std::size_t written = 0;
  for (; bytes - done >= 40; done += 24, written += 32) {  // reads 28 bytes, uses 24
    const auto* at = reinterpret_cast<const __m128i*>(from + done);
    const auto* next = reinterpret_cast<const __m128i*>(from + done + 12);
    const __m256i both = _mm256_set_m128i(_mm_loadu_si128(next), _mm_loadu_si128(at));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + written),
                        as_characters(six_bits_each(both)));
  }
  return {done, written};
}

EKIDEN_AVX2 Base64Bulk decode_bulk(std::byte* to, const char* from,
                                   std::size_t characters) noexcept {
  std::size_t done = 0;
  std::size_t read = 0;
  for (; characters - read >= 64; done += 24, read += 32) {  // writes 32 bytes, 24 of them for good
    __m256i group = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + read));
    if (!as_numbers(group)) break;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + done), packed(group));
  }
  return {done, read};
}

}  // namespace ekiden::worker
