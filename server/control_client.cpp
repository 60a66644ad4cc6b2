// SPDX-License-Identifier: MIT
#include "server/control_client.hpp"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "server/control_paths.hpp"
#include "shared/clock.hpp"

namespace ekiden::server {
namespace {

namespace fs = std::filesystem;

std::runtime_error unreachable(const fs::path& socket, int error) {
  std::string remedy = "is that server's --control-socket another one?";
  if (error == ENOENT) remedy = "there is no such file; " + remedy;
  if (error == ECONNREFUSED) remedy = "no server listens there any more";
  if (error == EACCES) remedy = "it is another user's server; run this as that user or as root";
  return std::runtime_error(
      fmt::format("{}: {} ({})", socket.string(), std::strerror(error), remedy));
}

/// One exchange with a server, which ends at a deadline.
class Exchange {
 public:
  Exchange(const fs::path& socket, std::chrono::milliseconds patience)
      : socket_(socket),
        connection_(connect_to(socket)),
        deadline_ns_(shared::monotonic_ns() +
                     static_cast<std::uint64_t>(std::chrono::nanoseconds(patience).count())) {
    if (!connection_) throw unreachable(socket, errno);
  }

  void send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      wait_for(POLLOUT);
      const ssize_t sent = send(connection_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0 && errno != EAGAIN && errno != EINTR) throw hung_up();
    }
  }
  std::string receive_line() {
    std::array<char, 65536> buffer;
    std::string line;
    while (true) {
      wait_for(POLLIN);
      const ssize_t size = recv(connection_.get(), buffer.data(), buffer.size(), 0);
      if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) throw hung_up();
      if (size > 0) line.append(buffer.data(), static_cast<std::size_t>(size));
      if (line.ends_with('\n')) break;
    }
    line.pop_back();
    return line;
  }

 private:
  void wait_for(short events) const {
    pollfd polled{connection_.get(), events, 0};
    while (true) {
      const std::uint64_t now = shared::monotonic_ns();
      const std::uint64_t left_ms = now < deadline_ns_ ? (deadline_ns_ - now) / 1'000'000 + 1 : 0;
      const int ready = poll(&polled, 1, static_cast<int>(left_ms));
      if (ready > 0) return;
      if (ready == 0) {
        throw std::runtime_error(fmt::format(
            "{}: the server does not answer; is its master stopped?", socket_.string()));
      }
    }
  }
  std::runtime_error hung_up() const {
    return std::runtime_error(
        fmt::format("{}: the server closed the connection without an answer", socket_.string()));
  }

  const fs::path& socket_;
  Descriptor connection_;
  std::uint64_t deadline_ns_;
};

std::string list_of(const std::vector<fs::path>& paths) {
  std::string list;
  for (const fs::path& path : paths) list += "\n  " + path.string();
  return list;
}

}  // namespace

fs::path choose_server(const std::string& given, const std::vector<fs::path>& folders) {
  if (!given.empty()) return given;
  const std::vector<fs::path> found = running_servers(folders);
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    throw std::runtime_error(
        "no server of this user is running; looked for control sockets in:" + list_of(folders) +
        "\nthat of a server elsewhere is given with --control-socket");
  }
  throw std::runtime_error("several servers are running; choose one with --control-socket:" +
                           list_of(found));
}

std::string ask_server(const fs::path& socket, std::string_view line,
                       std::chrono::milliseconds patience) {
  Exchange exchange(socket, patience);
  exchange.send_all(std::string(line) + "\n");
  return exchange.receive_line();
}

}  // namespace ekiden::server
