// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ekiden::shared {

/// What becomes of a callback's write to what set-up made.
enum class SealMode : std::uint8_t {
  error,  ///< it does not happen, and the client gets an error
  warn,   ///< it is logged, happens, and lives in that worker
  off,    ///< nothing is sealed
};

}  // namespace ekiden::shared
