// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "worker/http/header_policy.hpp"

namespace ekiden::worker {

/// Decodes a body sent in chunks, piece by piece. Trailer fields are read, counted and dropped.
///
/// One body per object; used by one thread at a time.
class ChunkedBody {
 public:
  enum class State { incomplete, complete, refused };

  explicit ChunkedBody(const HeadLimits& limits);
  ChunkedBody(const ChunkedBody&) = delete;
  ChunkedBody& operator=(const ChunkedBody&) = delete;
  ~ChunkedBody();

  /// Decodes from `bytes`, appends to `body` and sets `consumed`. What was not consumed must be
  /// there again, with more behind it, in the next call.
  State feed(std::string_view bytes, std::size_t& consumed, std::string& body);
  const Rejection& rejection() const noexcept;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace ekiden::worker
