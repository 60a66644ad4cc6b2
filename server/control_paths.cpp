// SPDX-License-Identifier: MIT
#include "server/control_paths.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace ekiden::server {

namespace fs = std::filesystem;

std::vector<fs::path> runtime_folders() {
  std::vector<fs::path> folders;
  const char* given = std::getenv("XDG_RUNTIME_DIR");
  if (given != nullptr && *given == '/') folders.push_back(fs::path(given) / "ekiden");
  folders.emplace_back("/run/ekiden");
  folders.emplace_back(fmt::format("/tmp/ekiden-{}", geteuid()));
  return folders;
}

bool is_own_folder(const fs::path& folder) {
  struct stat status {};
  return lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

fs::path own_runtime_folder(const std::vector<fs::path>& folders) {
  std::string tried;
  for (const fs::path& folder : folders) {
    // Where it exists already, that fails, and what matters is whose it is.
    static_cast<void>(mkdir(folder.c_str(), 0700));
    if (is_own_folder(folder)) return folder;
    tried += (tried.empty() ? "" : ", ") + folder.string();
  }
  throw std::runtime_error(fmt::format(
      "no folder for the control socket: none of {} is this user's alone; choose a path with "
      "--control-socket, or --no-control-socket",
      tried));
}

sockaddr_un unix_address(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.empty() || text.size() >= sizeof address.sun_path) {
    throw std::runtime_error(fmt::format("{}: the path of a socket has 1 to {} bytes, this has {}",
                                         text, sizeof address.sun_path - 1, text.size()));
  }
  text.copy(address.sun_path, text.size());
  return address;
}

Descriptor connect_to(const fs::path& socket) {
  const sockaddr_un address = unix_address(socket);
  Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connection &&
      connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    connection.reset();
    errno = error;
  }
  return connection;
}

std::vector<fs::path> running_servers(const std::vector<fs::path>& folders) {
  std::vector<fs::path> found;
  for (const fs::path& folder : folders) {
    if (!is_own_folder(folder)) continue;
    std::error_code unreadable;
    for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
      const fs::path& path = entry.path();
      if (path.extension() == kControlSuffix && path.filename().native()[0] != '.' &&
          connect_to(path)) {
        found.push_back(path);
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace ekiden::server
