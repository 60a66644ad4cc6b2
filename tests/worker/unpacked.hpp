// SPDX-License-Identifier: MIT
#pragma once

#include <brotli/decode.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "worker/dispatch/content_coding.hpp"

namespace ekiden::worker::test {

/// What has been packed, if that was `size` bytes; else a text that says so.
inline std::string un_gzipped(std::string_view bytes, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  inflateInit2(&stream, MAX_WBITS + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return result == Z_STREAM_END ? out : "not a whole gzip stream of that size";
}

inline std::string un_brotlied(std::string_view bytes, std::size_t size) {
  std::string out(size, '\0');
  const auto result =
      BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()),
                              &size, reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(size);
  return result == BROTLI_DECODER_RESULT_SUCCESS ? out : "not a whole brotli stream of that size";
}

inline std::string unpacked(Encoding encoding, std::string_view bytes, std::size_t size) {
  return encoding == Encoding::gzip ? un_gzipped(bytes, size) : un_brotlied(bytes, size);
}

}  // namespace ekiden::worker::test
