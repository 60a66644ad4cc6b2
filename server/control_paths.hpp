// SPDX-License-Identifier: MIT
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <string>
#include <vector>

#include "server/descriptor.hpp"

namespace ekiden::server {

inline constexpr const char* kControlSuffix = ".sock";

/// Where control sockets are without a --control-socket, the best place first: $XDG_RUNTIME_DIR/
/// ekiden, /run/ekiden, /tmp/ekiden-UID.
std::vector<std::filesystem::path> runtime_folders();
/// True if it is a folder, not a link, of this user's, that nobody else can write to.
bool is_own_folder(const std::filesystem::path& folder);
/// The first of `folders` that is ours; missing ones are made, for us alone. Throws
/// std::runtime_error that names them if none can be used.
std::filesystem::path own_runtime_folder(const std::vector<std::filesystem::path>& folders);

/// The address of a unix socket. Throws std::runtime_error if the path is too long.
sockaddr_un unix_address(const std::filesystem::path& path);
/// A connection to a socket, or none; errno says why. Never waits for the other side.
Descriptor connect_to(const std::filesystem::path& socket);
/// The control sockets in `folders` on which somebody listens, sorted.
std::vector<std::filesystem::path> running_servers(
    const std::vector<std::filesystem::path>& folders);

}  // namespace ekiden::server
