// SPDX-License-Identifier: MIT
#include "server/activation.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sstream>
#include <stdexcept>

#include "server/process.hpp"
#include "server/setting_values.hpp"

namespace ekiden::server {
namespace {

constexpr int kFirst = 3;
constexpr std::uint64_t kMost = 64;

int option_of(int fd, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

void check(int fd, const std::string& name) {
  const int family = option_of(fd, SO_DOMAIN);
  const bool known = family == AF_UNIX || family == AF_INET || family == AF_INET6;
  if (known && option_of(fd, SO_TYPE) == SOCK_STREAM && option_of(fd, SO_ACCEPTCONN) == 1) return;
  throw std::runtime_error(
      fmt::format("LISTEN_FDS: descriptor {}{} is not a listening stream socket (a socket unit "
                  "needs ListenStream= and Accept=no)",
                  fd, name.empty() ? "" : fmt::format(" ({})", name)));
}

}  // namespace

std::vector<PassedSocket> take_passed_sockets() {
  const std::string count_text = take_variable("LISTEN_FDS");
  const std::string pid = take_variable("LISTEN_PID");
  std::istringstream names(take_variable("LISTEN_FDNAMES"));
  std::vector<PassedSocket> sockets;
  if (count_text.empty() || pid != std::to_string(getpid())) return sockets;
  const auto count = parse_count(count_text);
  if (!count || *count > kMost) {
    throw std::runtime_error(
        fmt::format("LISTEN_FDS={}: allowed: a number up to {}", count_text, kMost));
  }
  for (int fd = kFirst; fd < kFirst + static_cast<int>(*count); ++fd) {
    std::string name;
    std::getline(names, name, ':');
    check(fd, name);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    sockets.push_back({Descriptor(fd), std::move(name)});
  }
  return sockets;
}

}  // namespace ekiden::server
