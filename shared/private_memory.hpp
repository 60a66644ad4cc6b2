// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace ekiden::shared {

/// What a process has written to since it was forked, in bytes: memory that is its own and is free
/// once it is gone. Neither what it shares copy-on-write with its parent and siblings, nor shared
/// memory that nobody else happens to have touched. Takes a millisecond, more in large processes.
///
/// `process` is its folder in /proc; tests give one of their own. 0 if it cannot be read.
std::size_t private_memory(const std::string& process = "/proc/self");

/// More than that, found out in microseconds: what it shares copy-on-write counts, too.
std::size_t anonymous_memory(const std::string& process = "/proc/self");

}  // namespace ekiden::shared
