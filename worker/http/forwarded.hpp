// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "shared/trusted_peers.hpp"
#include "worker/exchange.hpp"

namespace ekiden::worker {

/// Whether a header field is one of those that a proxy tells about its client with.
bool is_forwarded_field(std::string_view name) noexcept;

/// Replaces what the request says about its client by what the proxy says that it came through:
/// remote by X-Forwarded-For's rightmost address that is not trusted itself, host and prefix by
/// X-Forwarded-Host and -Prefix, request_id by X-Request-Id, scheme by X-Forwarded-Proto, -Protocol
/// and -Ssl. What is not well formed is not heeded.
///
/// False if two fields name different schemes: then one of them is the client's own, and nobody can
/// tell which. REQUIRES: the proxy is trusted.
bool read_forwarded(const shared::TrustedPeers& trusted, Request& request);

/// Names for requests that bring none: hard to foretell and cheap. Polling thread.
class RequestIds {
 public:
  static constexpr std::size_t kDigits = 16;
  using Digits = std::array<char, kDigits>;

  RequestIds();
  /// Hexadecimal digits.
  void next(Digits& digits) noexcept;

 private:
  std::uint64_t state_;
};

}  // namespace ekiden::worker
