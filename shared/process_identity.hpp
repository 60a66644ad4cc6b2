// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace ekiden::shared {

/// A process, told apart from a later one of the same pid by the time it started.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< clock ticks after boot; 0 if /proc is not mounted
};

ProcessIdentity this_process();

/// True only if no thread of the process can ever run again: it is gone, its pid was reused, or it
/// is a zombie without further threads. A false may be a matter of moments.
bool certainly_dead(const ProcessIdentity& process);

}  // namespace ekiden::shared
