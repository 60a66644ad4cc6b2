// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ekiden::shared {

/// Where workers keep what they compute besides the segment, and for how long.
struct CacheSettings {
  /// "auto", "shm", "filesystem", "null" or a URL of Redis.
  std::string backend = "auto";
  std::string folder;                            ///< of the disk tier
  std::uint64_t disk_bytes = 1U << 30;           ///< that it may take
  std::chrono::milliseconds default_timeout{0};  ///< of what gives none; 0: for ever
  std::string key_prefix;

  bool is_off() const { return backend == "null"; }
  bool has_disk() const {
    return backend == "filesystem" || (backend == "auto" && !folder.empty());
  }
  bool has_redis() const { return backend.find("://") != std::string::npos; }
};

}  // namespace ekiden::shared
