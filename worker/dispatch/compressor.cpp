// SPDX-License-Identifier: MIT
#include "worker/dispatch/compressor.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <new>

#include "worker/dispatch/redundancy.hpp"

namespace ekiden::worker {

namespace {

constexpr int kGzipLevel = 1;
constexpr int kGzipFormat = 16;  // added to the window bits: a gzip header instead of zlib's
constexpr std::uint32_t kBrotliQuality = 1;
/// As far as this quality looks back, and a piece.
constexpr std::uint32_t kBrotliWindowBits = 18;

/// zlib's window and tables take a quarter of a megabyte. To clear them is a tenth of the time for
/// a small body, so they are as small as that. The two halve together.
struct GzipSizes {
  explicit GzipSizes(std::size_t body) {
    constexpr std::size_t kAhead = 262;  // so much of the window zlib keeps free
    while (window_bits > 9 && body + kAhead < std::size_t{1} << (window_bits - 1)) {
      --window_bits;
      --memory_level;
    }
  }
  int window_bits = MAX_WBITS;
  int memory_level = 8;
};

/// Where hardly a sequence comes again, looking for one takes more time, and what is found makes
/// the result larger: then only bytes that follow themselves are looked for. An answer may hold
/// both.
class GzipCompressor final : public Compressor {
 public:
  explicit GzipCompressor(GzipSizes sizes) {
    if (deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, sizes.window_bits + kGzipFormat,
                     sizes.memory_level, strategy_) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  GzipCompressor(const GzipCompressor&) = delete;
  GzipCompressor& operator=(const GzipCompressor&) = delete;
  ~GzipCompressor() override { deflateEnd(&stream_); }

  void add(std::string_view piece, bool is_last, std::string& out) override {
    do {
      const std::string_view part = piece.substr(0, kPartBytes);
      piece.remove_prefix(part.size());
      if (part.size() >= kLeastToChooseFor) use(strategy_for(part), out);
      run(part, is_last && piece.empty() ? Z_FINISH : Z_NO_FLUSH, out);
    } while (!piece.empty());
  }

 private:
  /// So often is the strategy chosen.
  static constexpr std::size_t kPartBytes = 64U << 10;
  /// Less is compressed in little more time than it takes to look at.
  static constexpr std::size_t kLeastToChooseFor = 4U << 10;

  static int strategy_for(std::string_view part) {
    return has_repetitions(part) ? Z_DEFAULT_STRATEGY : Z_RLE;
  }

  void use(int strategy, std::string& out) {
    if (strategy == strategy_) return;
    run({}, Z_BLOCK, out);  // deflateParams would do so, too, and fail for want of room
    stream_.avail_out = 0;
    if (deflateParams(&stream_, kGzipLevel, strategy) == Z_OK) strategy_ = strategy;
  }

  void run(std::string_view part, int flush, std::string& out) {
    // zlib's interface lacks the const; it does not write to its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    stream_.avail_in = static_cast<uInt>(part.size());
    const std::size_t step = part.size() / 2 + 64;
    do {
      const std::size_t before = out.size();
      out.resize(before + step);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      stream_.avail_out = static_cast<uInt>(step);
      deflate(&stream_, flush);
      out.resize(out.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  int strategy_ = Z_DEFAULT_STRATEGY;
};

class BrotliCompressor final : public Compressor {
 public:
  BrotliCompressor() : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (state_ == nullptr) throw std::bad_alloc();
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, kBrotliQuality);
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, kBrotliWindowBits);
  }
  BrotliCompressor(const BrotliCompressor&) = delete;
  BrotliCompressor& operator=(const BrotliCompressor&) = delete;
  ~BrotliCompressor() override { BrotliEncoderDestroyInstance(state_); }

  void add(std::string_view piece, bool is_last, std::string& out) override {
    const auto operation = is_last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
    auto next = reinterpret_cast<const std::uint8_t*>(piece.data());
    std::size_t left = piece.size();
    do {
      std::size_t no_room = 0;  // it keeps what comes of it until it is taken
      if (BrotliEncoderCompressStream(state_, operation, &left, &next, &no_room, nullptr,
                                      nullptr) == BROTLI_FALSE) {
        throw std::bad_alloc();
      }
      std::size_t size = 0;
      const std::uint8_t* const done = BrotliEncoderTakeOutput(state_, &size);
      out.append(reinterpret_cast<const char*>(done), size);
    } while (left > 0 || (is_last && BrotliEncoderIsFinished(state_) == BROTLI_FALSE));
  }

 private:
  BrotliEncoderState* const state_;
};

}  // namespace

std::unique_ptr<Compressor> Compressor::make(Encoding encoding, std::size_t size) {
  if (encoding == Encoding::brotli) return std::make_unique<BrotliCompressor>();
  return std::make_unique<GzipCompressor>(GzipSizes(size));
}

void compress_in_place(Compressor& compressor, std::string& bytes) {
  std::string ahead;  // what is done, but whose place is not free yet
  std::size_t read = 0, written = 0;
  while (read < bytes.size()) {
    const std::string_view piece = std::string_view(bytes).substr(read, kPieceBytes);
    read += piece.size();
    compressor.add(piece, read == bytes.size(), ahead);
    const std::size_t count = std::min(ahead.size(), read - written);
    ahead.copy(bytes.data() + written, count);
    ahead.erase(0, count);
    written += count;
  }
  bytes.resize(written);
  bytes += ahead;
}

std::string compressed(Compressor& compressor, std::string_view text, const LateBase64& late) {
  const std::size_t size = text.size() + late.size();
  std::string out;
  out.reserve(size / 4 *
              3);  // as much as base64 of chance takes; what is not written to costs nothing
  const std::unique_ptr<char[]> piece(new char[kPieceBytes]);
  for (std::size_t read = 0; read < size;) {
    const std::size_t count = late.read(text, read, {piece.get(), kPieceBytes});
    read += count;
    compressor.add({piece.get(), count}, read == size, out);
  }
  return out;
}

}  // namespace ekiden::worker
