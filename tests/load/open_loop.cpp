// SPDX-License-Identifier: MIT
// A client with an open loop: requests fall due at a fixed rate, whether or not earlier ones have
// been answered, as those of many users do. A latency counts from when its request was due, so a
// server that stalls is charged with all who had to wait, also those that found no connection free.
//
//     open_loop 127.0.0.1:PORT|unix:PATH RATE CONNECTIONS SECONDS FILE
//
// FILE holds bodies for /_dash-update-component, one a line. Prints one line of JSON.
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
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
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

std::vector<std::string> read_requests(const char* file) {
  std::vector<std::string> requests;
  std::ifstream lines(file);
  for (std::string body; std::getline(lines, body);) {
    requests.push_back(
        fmt::format("POST /_dash-update-component HTTP/1.1\r\nHost: load\r\n"
                    "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                    body.size(), body));
  }
  if (requests.empty()) throw std::runtime_error(fmt::format("{}: no requests", file));
  return requests;
}

/// A keep-alive connection, and the request that is under way on it.
class Connection {
 public:
  enum class State { waits, answered, lost };

  explicit Connection(const Address& address)
      : descriptor_(socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (descriptor_ < 0 ||
        connect(descriptor_, reinterpret_cast<const sockaddr*>(&address.storage), address.size)) {
      fail("connect");
    }
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(descriptor_, F_SETFL, O_NONBLOCK);
  }
  Connection(const Connection&) = delete;
  ~Connection() { close(descriptor_); }

  int descriptor() const { return descriptor_; }
  Clock::time_point due() const { return due_; }
  bool ok() const { return ok_; }

  /// Requests are small: one that does not fit into an empty socket's buffer is an error.
  bool start(Clock::time_point due, std::string_view request) {
    due_ = due;
    received_.clear();
    return send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(request.size());
  }
  State receive() {
    std::array<char, 65536> buffer;
    while (true) {
      const ssize_t size = recv(descriptor_, buffer.data(), buffer.size(), 0);
      if (size < 0 && errno == EAGAIN) return State::waits;
      if (size <= 0) return State::lost;
      received_.append(buffer.data(), static_cast<std::size_t>(size));
      if (complete()) return State::answered;
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
    return received_.size() >= end + 4 + length;
  }

  int descriptor_;
  Clock::time_point due_{};
  std::string received_;
  bool ok_ = false;
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
    for (std::size_t number = 0; number < plan_.connections; ++number) {
      connections_.emplace_back(plan_.address);
      epoll_event event{EPOLLIN, {.ptr = &connections_.back()}};
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_.back().descriptor(), &event)) fail("epoll");
      idle_.push_back(&connections_.back());
    }
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
  /// Connections take turns, so that each worker gets what its connections are worth.
  void start_waiting() {
    while (started_ < fallen_due_ && !idle_.empty()) {
      Connection* connection = idle_.front();
      idle_.pop_front();
      if (!connection->start(due(started_), plan_.requests[started_ % plan_.requests.size()])) {
        ++failed_;
      }
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
  /// A lost connection is not made again: that it was lost is what the run shall show.
  void settle(Connection& connection) {
    const Connection::State state = connection.receive();
    if (state == Connection::State::waits) return;
    ended_ = Clock::now();
    if (state == Connection::State::answered && connection.ok()) {
      ++answered_;
      latencies_.push_back(ended_ - connection.due());
    } else {
      ++failed_;
    }
    if (state == Connection::State::answered) return idle_.push_back(&connection);
    epoll_ctl(epoll_, EPOLL_CTL_DEL, connection.descriptor(), nullptr);
  }

  const Plan plan_;
  const int epoll_;
  std::deque<Connection> connections_;
  std::deque<Connection*> idle_;
  Clock::time_point start_{}, ended_{};
  std::size_t fallen_due_ = 0, started_ = 0, answered_ = 0, failed_ = 0;
  std::vector<Nanoseconds> latencies_;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 6) throw std::runtime_error("usage: ADDRESS RATE CONNECTIONS SECONDS FILE");
  OpenLoop loop({address_of(argv[1]), std::stod(argv[2]), std::stoul(argv[3]), std::stod(argv[4]),
                 read_requests(argv[5])});
  loop.run();
  fmt::print("{}\n", loop.report());
} catch (const std::exception& error) {
  fmt::print(stderr, "open_loop: {}\n", error.what());
  return 1;
}
