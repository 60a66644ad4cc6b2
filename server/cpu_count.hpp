// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>

namespace ekiden::server {

/// CPUs that this process may use: what its affinity and the quotas of its cgroup and of those
/// above it (version 1 or 2) leave, rounded up, at least 1. `root` is where proc and sys are.
std::uint32_t cpu_count(const std::filesystem::path& root = "/");

}  // namespace ekiden::server
