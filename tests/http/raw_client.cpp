// SPDX-License-Identifier: MIT
#include "tests/http/raw_client.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "worker/http/grammar.hpp"

namespace ekiden::test {
namespace {

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

}  // namespace

std::string Reply::header(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (!worker::grammar::equal_any_case(line.substr(0, colon), name)) continue;
    return std::string(worker::grammar::trim(line.substr(colon + 1)));
  }
  return {};
}

RawClient::RawClient(const sockaddr* address, socklen_t size)
    : descriptor_(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (descriptor_ < 0 || ::connect(descriptor_, address, size) < 0) {
    throw std::system_error(errno, std::generic_category(), "connect");
  }
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

RawClient::RawClient(RawClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      received_(std::move(other.received_)),
      end_(other.end_) {}

RawClient& RawClient::operator=(RawClient&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(received_, other.received_);
  std::swap(end_, other.end_);
  return *this;
}

RawClient::~RawClient() { hang_up(); }

void RawClient::hang_up() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

ssize_t RawClient::read_some(char* bytes, std::size_t size) {
  return ::recv(descriptor_, bytes, size, 0);
}

ssize_t RawClient::write_some(const char* bytes, std::size_t size) {
  return ::send(descriptor_, bytes, size, MSG_NOSIGNAL);
}

void RawClient::shut_down_sending() { ::shutdown(descriptor_, SHUT_WR); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = write_some(bytes.data(), bytes.size());
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::send_bytewise(std::string_view bytes) {
  for (const char& byte : bytes) {
    if (!send({&byte, 1})) return false;
  }
  return true;
}

bool RawClient::more(std::chrono::steady_clock::time_point deadline) {
  pollfd waiting{descriptor_, POLLIN, 0};
  if (!holds_more() && ::poll(&waiting, 1, milliseconds_until(deadline)) != 1) return false;
  std::array<char, 65536> bytes;
  const ssize_t got = read_some(bytes.data(), bytes.size());
  if (got <= 0) {
    end_ = got == 0 ? End::closed : End::reset;
    return false;
  }
  received_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

Reply RawClient::receive(bool of_head) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!more(deadline)) return {};
  }
  Reply reply;
  reply.head = received_.substr(0, end + 2);
  reply.status = std::atoi(reply.head.c_str() + 9);
  received_.erase(0, end + 4);
  const auto length =
      of_head ? std::size_t{0} : std::strtoull(reply.header("Content-Length").c_str(), nullptr, 10);
  while (received_.size() < length) {
    if (!more(deadline)) return {};
  }
  reply.body = received_.substr(0, length);
  received_.erase(0, length);
  return reply;
}

std::string RawClient::receive_all() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (more(deadline)) {
  }
  return std::exchange(received_, {});
}

bool RawClient::is_quiet() const {
  pollfd waiting{descriptor_, POLLIN | POLLRDHUP, 0};
  return received_.empty() && ::poll(&waiting, 1, 0) == 0;
}

std::string RawClient::get_request(std::string_view path, std::string_view fields) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) + "\r\n";
}

std::string RawClient::post_request(std::string_view path, std::string_view body,
                                    std::string_view fields) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

std::vector<int> statuses(std::string_view stream) {
  constexpr std::string_view kMark = "HTTP/1.1 ";
  std::vector<int> found;
  for (std::size_t at = stream.find(kMark); at != std::string_view::npos;
       at = stream.find(kMark, at + 1)) {
    found.push_back(std::atoi(std::string(stream.substr(at + kMark.size(), 3)).c_str()));
  }
  return found;
}

}  // namespace ekiden::test
