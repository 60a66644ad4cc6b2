// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace ekiden::shared {

struct MemoryLeft {
  std::size_t bytes;
  std::string limited_by;  ///< "the machine", or the file that holds the lowest limit
};

/// How much memory this process may still take: the least of what the machine has available and
/// what its control groups, version 1 or 2, leave up to the root. Reserving beyond a control
/// group's limit is not refused by the kernel but ends in an out-of-memory kill, hence the
/// question.
///
/// `root` stands before /proc and /sys; tests give a folder of their own.
MemoryLeft memory_left(const std::string& root = "");

}  // namespace ekiden::shared
