// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/descriptor.hpp"

namespace ekiden::server {

/// The unix socket through which `ekiden cache` and `ekiden ctl` talk to a running master: one line
/// in, one line out, as often as the client likes.
///
/// Only processes of the same user, or of root, are heard. Nothing here waits for a client: who
/// sends too much, or too slowly, or does not read, is dropped.
///
/// Thread safety: the master's only thread. Fork: children close the descriptors and never use it.
class ControlSocket {
 public:
  /// Numbers clients; none is given twice.
  using ClientId = std::uint64_t;
  /// The answer to a line, without its end; nothing if answer_later() will give it.
  using Answer = std::function<std::optional<std::string>(std::string_view line, ClientId client)>;

  static constexpr std::size_t kLongestRequest = 64U << 10;
  static constexpr std::size_t kMostClients = 8;   ///< more wait to be accepted
  static constexpr std::size_t kMostWaiting = 56;  ///< for a later answer, beside those
  /// How long a client may take to send a request, and to read an answer.
  static constexpr std::chrono::seconds kPatience{5};

  /// Not open: does nothing.
  ControlSocket() noexcept = default;
  /// Listens on a socket file of mode 0600. One that nobody listens on is replaced.
  /// Throws std::runtime_error if somebody does, or the path cannot be used.
  ControlSocket(std::filesystem::path path, Answer answer);
  ControlSocket(ControlSocket&&) noexcept = default;
  ControlSocket& operator=(ControlSocket&&) = delete;
  ~ControlSocket() { close(); }

  explicit operator bool() const noexcept { return static_cast<bool>(listener_); }
  const std::filesystem::path& path() const noexcept { return path_; }
  std::size_t clients() const noexcept { return clients_.size(); }

  void add_to(std::vector<pollfd>& polled) const;
  /// Takes what has come and sends what can go. `now` and the result are monotonic_ns(): when to
  /// call again even if nothing happens.
  std::uint64_t turn(std::uint64_t now);
  /// The answer that a client has been waiting for since `Answer` gave none. Until then it has no
  /// deadline, and is dropped if it hangs up; then there is nobody to tell.
  void answer_later(ClientId client, const std::string& line, std::uint64_t now);
  /// Removes the socket file if it is still ours.
  void close() noexcept;

 private:
  struct Client {
    ClientId id;
    Descriptor connection;
    std::uint64_t deadline_ns;
    std::string received, to_send;
    std::size_t sent = 0;
    bool waits = false;  ///< for answer_later()
    bool asks() const { return received.find('\n') != std::string::npos; }
  };

  bool has_room() const noexcept;
  void accept_clients(std::uint64_t now);
  /// False if the client is to be dropped.
  bool serve(Client& client, std::uint64_t now);
  bool send_answer(Client& client);
  bool receive(Client& client);

  std::filesystem::path path_;
  Answer answer_;
  Descriptor listener_;
  std::vector<Client> clients_;
  ClientId last_id_ = 0;
  std::uint64_t resting_until_ns_ = 0;  ///< nobody is accepted until then
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

/// The control socket as --control-socket says: "" for none, "auto" for a file in the runtime
/// folder that is named by `app` and `place` (its port). Other servers' files there whose servers
/// are gone are removed.
ControlSocket open_control_socket(const std::string& setting, const std::string& app,
                                  const std::string& place, ControlSocket::Answer answer);

}  // namespace ekiden::server
