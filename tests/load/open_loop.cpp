// SPDX-License-Identifier: MIT
// A client with an open loop: requests fall due at a fixed rate, whether or not earlier ones have
// been answered, as those of many users do. A latency counts from when its request was due, so a
// server that stalls is charged with all who had to wait, also those that found no connection free.
//
//     open_loop 127.0.0.1:PORT|unix:PATH RATE CONNECTIONS SECONDS FILE
//
// FILE holds bodies for /_dash-update-component, one a line. With 0 CONNECTIONS each request has
// one of its own. Prints one line of JSON.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

constexpr std::chrono::seconds kPatience{10};  // for the last answers

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Address address_of(std::string_view text) {
  Address address;
  if (text.starts_with("unix:")) {
    auto& to = reinterpret_cast<sockaddr_un&>(address.storage);
    to.sun_family = AF_UNIX;
    text.substr(5).copy(to.sun_path, sizeof to.sun_path - 1);
    address.size = sizeof to;
    return address;
  }
  auto& to = reinterpret_cast<sockaddr_in&>(address.storage);
  const std::size_t colon = text.find(':');
  to.sin_family = AF_INET;
  if (colon == text.npos ||
      inet_pton(AF_INET, std::string(text.substr(0, colon)).c_str(), &to.sin_addr) != 1) {
    throw std::runtime_error(fmt::format("{}: not 127.0.0.1:PORT or unix:PATH", text));
  }
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(std::string(text.substr(colon + 1)))));
  address.size = sizeof to;
  return address;
}

std::vector<std::string> read_requests(const char* file, bool close) {
  std::vector<std::string> requests;
  std::ifstream lines(file);
  for (std::string body; std::getline(lines, body);) {
    requests.push_back(
        fmt::format("POST /_dash-update-component HTTP/1.1\r\nHost: load\r\n"
                    "{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                    close ? "Connection: close\r\n" : "", body.size(), body));
  }
  if (requests.empty()) throw std::runtime_error(fmt::format("{}: no requests", file));
  return requests;
}

/// A connection, and the request that is under way on it. Nothing blocks, not even connecting: a
/// server whose backlog is full must not keep the client from the others.
class Connection {
 public:
  enum class State { waits, answered, lost };

  explicit Connection(const Address& address)
      : descriptor_(
            socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const auto* const to = reinterpret_cast<const sockaddr*>(&address.storage);
    if (descriptor_ < 0) fail("socket");
    if (connect(descriptor_, to, address.size) != 0 && errno != EINPROGRESS) fail("connect");
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Connection(const Connection&) = delete;
  ~Connection() { close(descriptor_); }

  int descriptor() const { return descriptor_; }
  Clock::time_point due() const { return due_; }
  bool ok() const { return ok_; }
  /// The server has said that it closes the connection: a request over it might not be read.
  bool closes() const { return closes_; }
  bool is_idle() const { return idle_; }

  void start(Clock::time_point due, std::string_view request) {
    due_ = due;
    unsent_ = request;
    idle_ = false;
    received_.clear();
  }
  /// Sends and receives what goes at once.
  State go_on() {
    if (!unsent_.empty()) {
      const ssize_t sent = send(descriptor_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
      if (sent > 0) unsent_.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0 && errno != EAGAIN && errno != ENOTCONN) return State::lost;
    }
    std::array<char, 65536> buffer;
    while (true) {
      const ssize_t size = recv(descriptor_, buffer.data(), buffer.size(), 0);
      if (size < 0 && (errno == EAGAIN || errno == ENOTCONN)) return State::waits;
      if (size <= 0) return State::lost;
      received_.append(buffer.data(), static_cast<std::size_t>(size));
      if (!complete()) continue;
      idle_ = true;
      return State::answered;
    }
  }

 private:
  bool complete() {
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::size_t at = received_.find(kLength);
    const std::size_t length =
        at < end ? std::strtoull(received_.c_str() + at + kLength.size(), nullptr, 10) : 0;
    ok_ = received_.compare(9, 2, "20") == 0;
    closes_ = received_.find("\r\nConnection: close\r\n") < end;
    return received_.size() >= end + 4 + length;
  }

  int descriptor_;
  Clock::time_point due_{};
  std::string_view unsent_;
  std::string received_;
  bool idle_ = true;
  bool ok_ = false;
  bool closes_ = false;
};

struct Plan {
  Address address;
  double rate = 0;
  std::size_t connections = 0;
  double seconds = 0;
  std::vector<std::string> requests;
};

class OpenLoop {
 public:
  explicit OpenLoop(Plan plan) : plan_(std::move(plan)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    while (connections_.size() < plan_.connections) idle_.push_back(connect());
  }
  OpenLoop(const OpenLoop&) = delete;
  ~OpenLoop() { close(epoll_); }

  void run() {
    start_ = Clock::now();
    const auto last = start_ + kPatience + Nanoseconds(static_cast<long>(plan_.seconds * 1e9));
    while (answered_ + failed_ < total() && Clock::now() < last) {
      fall_due();
      start_waiting();
      receive();
    }
  }
  std::string report() {
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [this](double share) {
      if (latencies_.empty()) return 0.0;
      const auto rank = static_cast<std::size_t>(share * static_cast<double>(latencies_.size()));
      const Nanoseconds latency = latencies_[std::min(rank, latencies_.size() - 1)];
      return static_cast<double>(latency.count()) / 1e6;
    };
    return fmt::format(
        R"({{"answered":{},"seconds":{:.3f},"p50_ms":{:.3f},"p90_ms":{:.3f},"p99_ms":{:.3f},)"
        R"("max_ms":{:.3f},"failed":{}}})",
        answered_, std::chrono::duration<double>(ended_ - start_).count(), at(0.5), at(0.9),
        at(0.99), at(1), total() - answered_);
  }

 private:
  std::size_t total() const { return static_cast<std::size_t>(plan_.rate * plan_.seconds); }
  Clock::time_point due(std::size_t number) const {
    return start_ + Nanoseconds(static_cast<long>(static_cast<double>(number) / plan_.rate * 1e9));
  }
  void fall_due() {
    const auto now = Clock::now();
    while (fallen_due_ < total() && due(fallen_due_) <= now) ++fallen_due_;
  }
  Connection* connect() {
    auto made = std::make_unique<Connection>(plan_.address);
    Connection* connection = made.get();
    epoll_event event{EPOLLIN | EPOLLOUT | EPOLLET, {.ptr = connection}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->descriptor(), &event) != 0) fail("epoll");
    connections_.emplace(connection, std::move(made));
    return connection;
  }
  /// Connections take turns, so that each worker gets what its connections are worth.
  void start_waiting() {
    const bool one_each = plan_.connections == 0;
    while (started_ < fallen_due_ && (one_each || !idle_.empty())) {
      Connection* connection = one_each ? connect() : idle_.front();
      if (!one_each) idle_.pop_front();
      connection->start(due(started_), plan_.requests[started_ % plan_.requests.size()]);
      settle(*connection);
      ++started_;
    }
  }
  void receive() {
    std::array<epoll_event, 64> events;
    const Nanoseconds idle = fallen_due_ < total() ? due(fallen_due_) - Clock::now() : kPatience;
    const long wait = std::max<long>(idle.count(), 0);
    const timespec timeout{wait / 1'000'000'000, wait % 1'000'000'000};
    const int count = epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
    for (int at = 0; at < count; ++at) {
      settle(*static_cast<Connection*>(events[static_cast<std::size_t>(at)].data.ptr));
    }
  }
  /// A connection that was lost is made again, so that the load stays what it is.
  void settle(Connection& connection) {
    const bool was_idle = connection.is_idle();
    const Connection::State state = connection.go_on();
    if (state == Connection::State::waits) return;
    if (was_idle) {
      std::erase(idle_, &connection);
    } else {
      ended_ = Clock::now();
      if (state == Connection::State::answered && connection.ok()) {
        ++answered_;
        latencies_.push_back(ended_ - connection.due());
      } else {
        ++failed_;
      }
    }
    const bool is_kept = plan_.connections > 0;
    if (is_kept && state == Connection::State::answered && !connection.closes()) {
      return idle_.push_back(&connection);
    }
    connections_.erase(&connection);  // which closes it
    if (is_kept) idle_.push_back(connect());
  }

  const Plan plan_;
  const int epoll_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::deque<Connection*> idle_;
  Clock::time_point start_{}, ended_{};
  std::size_t fallen_due_ = 0, started_ = 0, answered_ = 0, failed_ = 0;
  std::vector<Nanoseconds> latencies_;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 6) throw std::runtime_error("usage: ADDRESS RATE CONNECTIONS SECONDS FILE");
  const std::size_t connections = std::stoul(argv[3]);
  OpenLoop loop({address_of(argv[1]), std::stod(argv[2]), connections, std::stod(argv[4]),
                 read_requests(argv[5], connections == 0)});
  loop.run();
  fmt::print("{}\n", loop.report());
} catch (const std::exception& error) {
  fmt::print(stderr, "open_loop: {}\n", error.what());
  return 1;
}
