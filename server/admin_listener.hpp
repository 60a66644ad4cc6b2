// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/descriptor.hpp"
#include "server/listener.hpp"

namespace ekiden::server {

/// An answer to somebody who looks after the server.
struct AdminAnswer {
  int status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// What --admin-bind opens: HTTP for probes and for those who collect metrics, answered by the
/// master, so also while every worker hangs.
///
/// GET and HEAD only, one request per connection. Nothing here waits for a client: who is slow,
/// says too much or is one too many is dropped. It shows what the server does, not what users see,
/// and asks nobody who he is: bind it where only operators can reach it.
///
/// Thread safety: the master's only thread. Fork: children close the descriptors and never use it.
class AdminListener {
 public:
  /// Answers the path of a request, without its query; nothing means 404.
  using Answer = std::function<std::optional<AdminAnswer>(std::string_view path)>;

  static constexpr std::size_t kLongestRequest = 8U << 10;
  static constexpr std::size_t kMostClients = 32;
  static constexpr std::chrono::seconds kPatience{5};

  /// `address` as --bind has it; empty: not open, does nothing.
  /// Throws std::runtime_error as Listener does.
  AdminListener(const std::string& address, Answer answer);
  /// With a socket that listens already.
  AdminListener(Listener listener, Answer answer)
      : answer_(std::move(answer)), listener_(std::move(listener)) {}

  /// "http://127.0.0.1:9000", with the port really bound; empty if it is not open.
  std::string url() const;
  const std::optional<Listener>& listener() const noexcept { return listener_; }
  /// From here on the file is removed with the socket. REQUIRES: it is open.
  void take_file(SocketFile file) noexcept { listener_->take_file(std::move(file)); }
  void add_to(std::vector<pollfd>& polled) const;
  /// Takes what has come and sends what can go. `now` and the result are monotonic_ns(): when to
  /// call again even if nothing happens.
  std::uint64_t turn(std::uint64_t now);

 private:
  struct Client {
    Descriptor connection;
    std::uint64_t deadline_ns;
    std::string received, to_send;
    std::size_t sent = 0;
  };

  void accept_clients(std::uint64_t now);
  /// False if the client is to be dropped.
  bool serve(Client& client, std::uint64_t now);
  bool receive(Client& client);
  std::string answer_to(std::string_view head) const;

  Answer answer_;
  std::optional<Listener> listener_;
  std::vector<Client> clients_;
  std::uint64_t resting_until_ns_ = 0;  ///< nobody is accepted until then
};

}  // namespace ekiden::server
