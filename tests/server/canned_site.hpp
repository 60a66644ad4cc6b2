// SPDX-License-Identifier: MIT
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "server/descriptor.hpp"

namespace ekiden::server::test {

/// A web server on a free port that gives prepared answers, one connection after the other, in a
/// thread of its own.
class CannedSite {
 public:
  /// "GET /path" or "POST /path" -> the whole answer. Other requests get 404.
  using Answers = std::map<std::string, std::string>;

  explicit CannedSite(Answers answers) : answers_(std::move(answers)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const bound = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_.get(), bound, size) != 0 || listen(listener_.get(), 16) != 0 ||
        getsockname(listener_.get(), bound, &size) != 0) {
      throw std::runtime_error("no free port");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~CannedSite() {
    eventfd_write(stop_.get(), 1);
    thread_.join();
  }
  CannedSite(const CannedSite&) = delete;

  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }

  /// An answer with these header fields, each ended by CRLF.
  static std::string answer(int status, std::string_view fields, std::string_view body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields) +
           "\r\n" + std::string(body);
  }

 private:
  /// False when the site is to end.
  bool readable(int descriptor) const {
    std::array<pollfd, 2> polled{{{stop_.get(), POLLIN, 0}, {descriptor, POLLIN, 0}}};
    while (poll(polled.data(), polled.size(), -1) < 0) {
    }
    return polled[0].revents == 0;
  }
  void serve() {
    while (readable(listener_.get())) {
      const Descriptor connection(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection && !answer_all(connection.get())) return;
    }
  }
  /// What a silent answer ("") leaves waiting waits until the site ends.
  bool answer_all(int connection) {
    std::string received;
    std::array<char, 65536> buffer;
    while (true) {
      if (!readable(connection)) return false;
      const ssize_t size = recv(connection, buffer.data(), buffer.size(), 0);
      if (size <= 0) return true;
      received.append(buffer.data(), static_cast<std::size_t>(size));
      const std::size_t length = complete(received);
      if (length == 0) continue;
      const std::string name = received.substr(0, received.find(" HTTP/"));
      received.erase(0, length);
      const auto found = answers_.find(name);
      const std::string text = found == answers_.end() ? answer(404, "", "") : found->second;
      send(connection, text.data(), text.size(), MSG_NOSIGNAL);
      if (text.starts_with("HTTP/1.0") || text.find("Connection: close\r\n") != text.npos)
        return true;
    }
  }
  /// The length of the request that `received` begins with, or 0 as long as it is not there.
  static std::size_t complete(const std::string& received) {
    const std::size_t end = received.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    const std::size_t at = received.find("Content-Length: ");
    const std::size_t body = at < end ? std::stoul(received.substr(at + 16)) : 0;
    return received.size() < end + 4 + body ? 0 : end + 4 + body;
  }

  const Answers answers_;
  const Descriptor listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const Descriptor stop_{eventfd(0, EFD_CLOEXEC)};
  int port_ = 0;
  std::thread thread_;
};

}  // namespace ekiden::server::test
