// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "worker/exchange.hpp"

namespace ekiden::worker {

/// What a request head may look like, stricter than RFC 9112 where leniency has been used to
/// smuggle requests: whatever a proxy in front could read otherwise than we do is refused, never
/// repaired. Pure functions of their input; any thread.

struct HeadLimits {
  std::size_t request_line = 8190;
  std::size_t head_bytes = 65536;
  std::size_t header_count = 100;
  std::uint64_t body_bytes = 64U << 20;
};

/// Why a request is refused: the status and one sentence that repeats nothing of the request.
struct Rejection {
  int status = 0;  ///< 0: nothing is wrong
  std::string_view text;

  explicit operator bool() const noexcept { return status != 0; }
};

/// How the body is delimited, and what the head says about the connection.
struct Framing {
  bool chunked = false;
  bool has_length = false;
  std::uint64_t length = 0;
  bool keep_alive = false;
  bool expect_continue = false;
  bool forwarded = false;  ///< there are fields of a proxy, see forwarded.hpp

  bool has_body() const noexcept { return chunked || length != 0; }
};

/// Looks for the end of a head that arrives in pieces, and refuses early what can only get worse:
/// bare line feeds, a first byte that starts no method, too long lines and heads.
class HeadScanner {
 public:
  enum class State { incomplete, complete, refused };

  /// `bytes` is the whole of what has arrived of this request so far.
  State scan(std::string_view bytes, const HeadLimits& limits) noexcept;

  std::size_t begin() const noexcept { return begin_; }  ///< 2 if an empty line was skipped
  std::size_t end() const noexcept { return line_; }     ///< one past the empty line
  const Rejection& rejection() const noexcept { return rejection_; }
  void reset() noexcept { *this = HeadScanner{}; }

 private:
  State refuse(int status, std::string_view text) noexcept;
  bool skip_leading_line(std::string_view bytes) noexcept;
  State check_partial(std::string_view bytes, const HeadLimits& limits) noexcept;

  std::size_t begin_ = 0;
  std::size_t line_ = 0;     // where the current line starts
  std::size_t scanned_ = 0;  // no line feed before here
  bool started_ = false;     // the leading empty line, if any, has been dealt with
  Rejection rejection_;
};

/// Reads a complete head, request line to empty line inclusive, into `request` (everything but
/// body, remote and request_id) and `framing`. On a rejection both are in an unspecified state.
Rejection parse_head(std::string_view head, const HeadLimits& limits, Request& request,
                     Framing& framing);

}  // namespace ekiden::worker
