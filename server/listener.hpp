// SPDX-License-Identifier: MIT
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/descriptor.hpp"

namespace ekiden::server {

/// Where to listen, as --bind says it.
struct Address {
  std::string text;  ///< as given
  sockaddr_storage storage{};
  socklen_t length = 0;
  std::string unix_path;  ///< empty for TCP
};

/// "127.0.0.1:8050", "[::1]:8050", "localhost:8050", ":8050", "0.0.0.0", "unix:/run/x.sock". The
/// port is 8050 if none is given; 0 lets the kernel choose. Names other than localhost are not
/// looked up. nullopt if it is none of these.
std::optional<Address> parse_address(std::string_view text);

/// The file of a unix socket, as it was when it was made.
struct SocketFile {
  std::string path;
  dev_t device = 0;
  ino_t inode = 0;
};

/// A listening socket that the master opens and all workers accept from.
///
/// Fork: workers inherit the descriptor; only the master's copy removes the file of a unix socket.
/// Non-blocking, since several workers may be woken for one connection.
class Listener {
 public:
  /// Throws std::runtime_error, "--bind 127.0.0.1:8050: address already in use (…)".
  /// A socket file that nobody listens on is replaced; files of another kind are not. New files get
  /// mode 0660.
  Listener(const Address& address, std::uint32_t backlog);
  /// One that is listening already, and whose file, if it has one, is somebody else's. `text` is
  /// the address that it was opened for, as --bind has it; empty if others have opened it.
  explicit Listener(Descriptor listening, std::string text = {}) noexcept
      : fd_(std::move(listening)), text_(std::move(text)) {}
  Listener(Listener&&) noexcept = default;
  Listener& operator=(Listener&&) = delete;
  ~Listener() { close(); }

  int fd() const noexcept { return fd_.get(); }
  /// "http://127.0.0.1:8050" with the port really bound, or "unix:/run/x.sock".
  std::string url() const;
  /// As --bind has it; empty if the socket was passed by whoever started this server.
  const std::string& text() const noexcept { return text_; }
  /// The file that it has made for a unix socket; empty if there is none.
  const SocketFile& own_file() const noexcept { return file_; }
  /// From here on the file is removed with the socket, as if it had made it.
  void take_file(SocketFile file) noexcept { file_ = std::move(file); }
  /// Stops listening in this process; removes the socket file if it is still ours.
  void close() noexcept;

 private:
  void bind_unix(const Address& address);
  void bind_tcp(const Address& address);

  Descriptor fd_;
  std::string text_;
  SocketFile file_;
};

}  // namespace ekiden::server
