// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shared/proxy_protocol.hpp"

namespace ekiden::worker {

/// A header longer than that is refused: version 1 has 107 bytes at most, and version 2 is meant to
/// fit into one segment.
inline constexpr std::size_t kLongestProxyHeader = 4096;

/// What a connection begins with on which a balancer speaks the PROXY protocol: from whom it is.
struct ProxyHeader {
  enum class State { incomplete, complete, refused };

  State state = State::incomplete;
  std::size_t size = 0;    ///< complete: so many bytes are the header's
  std::string client;      ///< as Request::remote; empty: the connection is the balancer's own, or
                           ///< it does not know
  std::string_view fault;  ///< refused: what is wrong, one sentence
};

/// Reads the header that `bytes`, all that has come of a connection, begin with. The same is read
/// wherever the network splits it, and what cannot become one is refused as early as possible.
/// REQUIRES: `allowed` is not off.
ProxyHeader read_proxy_header(std::string_view bytes, shared::ProxyProtocol allowed);

}  // namespace ekiden::worker
