// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ekiden::shared {

/// Which versions of the PROXY protocol connections begin with.
enum class ProxyProtocol : std::uint8_t {
  off,       ///< none: they begin with what the client sends
  any,       ///< either
  version1,  ///< a line of text
  version2,  ///< binary
};

}  // namespace ekiden::shared
