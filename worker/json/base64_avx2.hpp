// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace ekiden::worker {

/// The bulk of a base64 conversion with AVX2, 24 bytes for 32 characters at a time, and what is
/// left for the caller. Several times as fast as tables are.
///
/// REQUIRES: has_avx2().
struct Base64Bulk {
  std::size_t bytes;       ///< encoded or decoded
  std::size_t characters;  ///< written or read
};

bool has_avx2() noexcept;

/// Encodes from the beginning of `from`, and leaves less than 40 bytes.
Base64Bulk encode_bulk(char* to, const std::byte* from, std::size_t bytes) noexcept;

/// Decodes from the beginning of `from`, and stops before what is not base64, or leaves less than
/// 64 characters. REQUIRES: `to` has room for three quarters of `characters`.
Base64Bulk decode_bulk(std::byte* to, const char* from, std::size_t characters) noexcept;

}  // namespace ekiden::worker
