// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace ekiden::server {

/// Who mold and workers run as.
struct Identity {
  uid_t user;
  gid_t group;
  std::string name;  ///< of the user; empty if it has none
};

/// As --user and --group say, by name or number; nothing if both are empty.
/// Throws std::runtime_error if there is no such user or group, or if this process may not become
/// that.
std::optional<Identity> identity_of(const std::string& user, const std::string& group);

/// Becomes it for good: all three user and group numbers, the user's further groups, and no way to
/// more by setuid programs. The process still dies with its parent. Throws std::system_error.
void become(const Identity& identity);

/// Gives a file, or a folder with all that is in it, to it.
void give(const std::string& path, const Identity& identity);

}  // namespace ekiden::server
