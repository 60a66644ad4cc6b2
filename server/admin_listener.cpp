// SPDX-License-Identifier: MIT
#include "server/admin_listener.hpp"

#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace ekiden::server {
namespace {

/// After a failure to accept, such as for want of descriptors, which poll() would report again and
/// again.
constexpr std::uint64_t kRest = 1'000'000'000;
constexpr std::uint32_t kBacklog = 64;

std::optional<Listener> open(const std::string& address) {
  if (address.empty()) return std::nullopt;
  const auto parsed = parse_address(address);
  if (!parsed) {
    throw std::runtime_error(fmt::format(
        "--admin-bind {}: not an address; write 127.0.0.1:9000 or unix:/path/to/socket", address));
  }
  try {
    return Listener(*parsed, kBacklog);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("--admin-bind: {}", error.what()));
  }
}

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    default:
      return "Service Unavailable";
  }
}

AdminAnswer error(int status) {
  return {status, "text/plain; charset=utf-8", fmt::format("{}\n", reason(status))};
}

std::string written(const AdminAnswer& answer, bool with_body) {
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n"
      "Connection: close\r\n",
      answer.status, reason(answer.status), answer.content_type, answer.body.size());
  if (answer.status == 405) text += "Allow: GET, HEAD\r\n";
  text += "\r\n";
  if (with_body) text += answer.body;
  return text;
}

}  // namespace

AdminListener::AdminListener(const std::string& address, Answer answer)
    : answer_(std::move(answer)), listener_(open(address)) {}

std::string AdminListener::url() const { return listener_ ? listener_->url() : ""; }

void AdminListener::add_to(std::vector<pollfd>& polled) const {
  if (listener_ && clients_.size() < kMostClients && resting_until_ns_ == 0) {
    polled.push_back({listener_->fd(), POLLIN, 0});
  }
  for (const Client& client : clients_) {
    const short events = client.to_send.empty() ? POLLIN : POLLOUT;
    polled.push_back({client.connection.get(), events, 0});
  }
}

std::uint64_t AdminListener::turn(std::uint64_t now) {
  if (!listener_) return UINT64_MAX;
  if (now >= resting_until_ns_) {
    resting_until_ns_ = 0;
    accept_clients(now);
  }
  std::erase_if(clients_, [this, now](Client& client) { return !serve(client, now); });
  std::uint64_t next = resting_until_ns_ == 0 ? UINT64_MAX : resting_until_ns_;
  for (const Client& client : clients_) next = std::min(next, client.deadline_ns);
  return next;
}

void AdminListener::accept_clients(std::uint64_t now) {
  while (clients_.size() < kMostClients) {
    Descriptor connection(accept4(listener_->fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection) {
      const bool nobody = errno == EAGAIN || errno == ECONNABORTED || errno == EINTR;
      if (!nobody) resting_until_ns_ = now + kRest;
      return;
    }
    const auto patience = static_cast<std::uint64_t>(std::chrono::nanoseconds(kPatience).count());
    clients_.push_back({std::move(connection), now + patience, {}, {}});
  }
}

bool AdminListener::serve(Client& client, std::uint64_t now) {
  if (now >= client.deadline_ns) return false;
  if (client.to_send.empty()) {
    if (!receive(client)) return false;
    const std::size_t end = client.received.find("\r\n\r\n");
    if (end == std::string::npos) return client.received.size() <= kLongestRequest;
    client.to_send = answer_to(std::string_view(client.received).substr(0, end));
  }
  const std::string_view left = std::string_view(client.to_send).substr(client.sent);
  const ssize_t sent =
      send(client.connection.get(), left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  client.sent += static_cast<std::size_t>(sent);
  return client.sent < client.to_send.size();
}

/// False if the client has gone.
bool AdminListener::receive(Client& client) {
  std::array<char, 4096> buffer;
  while (client.received.size() <= kLongestRequest) {
    const ssize_t size = recv(client.connection.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size == 0) return false;
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    client.received.append(buffer.data(), static_cast<std::size_t>(size));
    if (client.received.find("\r\n\r\n") != std::string::npos) break;
  }
  return true;
}

std::string AdminListener::answer_to(std::string_view head) const {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::size_t first = line.find(' ');
  const std::size_t second = first == line.npos ? line.npos : line.find(' ', first + 1);
  if (second == line.npos || !line.substr(second).starts_with(" HTTP/1.")) {
    return written(error(400), true);
  }
  const std::string_view method = line.substr(0, first);
  if (method != "GET" && method != "HEAD") return written(error(405), true);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const auto answer = answer_(target.substr(0, target.find('?')));
  return written(answer ? *answer : error(404), method == "GET");
}

}  // namespace ekiden::server
