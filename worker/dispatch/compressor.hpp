// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "worker/dispatch/content_coding.hpp"
#include "worker/json/late_base64.hpp"

namespace ekiden::worker {

/// Packs one body, piece by piece and fast: what is made anew for each request is worth less time
/// than what is compressed once, by compression.hpp. The levels are those at which a byte saved
/// costs the least: see "Compression" in worker/README.md.
///
/// Thread safety: one thread. Errors: std::bad_alloc, and nothing else.
class Compressor {
 public:
  /// For a body of `size` bytes. REQUIRES: encoding is not identity.
  static std::unique_ptr<Compressor> make(Encoding encoding, std::size_t size);
  virtual ~Compressor() = default;

  /// Appends to `out` what comes of the piece, which may be nothing yet; if it is the last, the
  /// rest. Pieces may be reused once it returns.
  virtual void add(std::string_view piece, bool is_last, std::string& out) = 0;
};

/// As large as pieces should be: brotli, at this level, finds nothing again that was in another.
inline constexpr std::size_t kPieceBytes = 256U << 10;

/// Replaces `bytes` by what the compressor makes of them. What is done takes the place of what has
/// been read, so that memory for a piece or two is enough, whatever the size.
void compress_in_place(Compressor& compressor, std::string& bytes);

/// What the compressor makes of the text and of what is missing in it.
std::string compressed(Compressor& compressor, std::string_view text, const LateBase64& late);

}  // namespace ekiden::worker
