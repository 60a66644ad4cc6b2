// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "worker/http/header_policy.hpp"

namespace ekiden::worker {

/// Decodes a body sent in chunks, in pieces of any size. Trailer fields are checked, counted and
/// dropped; so are chunk extensions.
///
/// Not Beast's parser: that of Boost 1.81 asserts when the last chunk and the first byte of a
/// trailer arrive alone, which lets a client end the worker.
///
/// One body per object; used by one thread at a time.
class ChunkedBody {
 public:
  enum class State { incomplete, complete, refused };

  explicit ChunkedBody(const HeadLimits& limits) noexcept : limits_(limits) {}

  /// Decodes `bytes`, appends to `body`, and sets `consumed`: less than all only if the body is
  /// complete, or refused.
  State feed(std::string_view bytes, std::size_t& consumed, std::string& body);
  const Rejection& rejection() const noexcept { return rejection_; }

 private:
  enum class Expected : std::uint8_t {
    size,
    extension,
    size_line_feed,
    data,
    data_return,
    data_line_feed,
    trailer,
    trailer_name,
    trailer_value,
    trailer_line_feed,
    last_line_feed,
    nothing,
  };

  bool step(char c) noexcept;
  bool step_in_size(char c) noexcept;
  bool step_in_extension(char c) noexcept;
  bool step_in_trailer(char c) noexcept;
  bool begin_chunk() noexcept;
  bool expect(bool valid, Expected next) noexcept;
  bool refuse(int status, std::string_view text) noexcept;

  HeadLimits limits_;
  Rejection rejection_;
  Expected expected_ = Expected::size;
  int digits_ = 0;
  std::uint64_t chunk_ = 0;  // bytes of the current chunk that are still to come
  std::uint64_t total_ = 0;  // of all chunks announced so far
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::size_t trailer_count_ = 0;
};

}  // namespace ekiden::worker
