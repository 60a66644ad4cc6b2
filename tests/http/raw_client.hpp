// SPDX-License-Identifier: MIT
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::test {

/// How long a test waits for what must happen before it fails.
inline constexpr std::chrono::seconds kPatience{10};

struct Reply {
  int status = 0;  ///< 0: the connection ended without one
  std::string head;
  std::string body;

  /// Value of a header field, or "".
  std::string header(std::string_view name) const;
};

/// One client connection, speaking bytes. Every wait ends after kPatience.
class RawClient {
 public:
  enum class End { closed, reset, still_open };

  RawClient(const sockaddr* address, socklen_t size);
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&& other) noexcept;
  virtual ~RawClient();

  /// False if the server has closed or reset the connection.
  bool send(std::string_view bytes);
  /// Each byte in a segment of its own.
  bool send_bytewise(std::string_view bytes);
  void shut_down_sending();
  void hang_up();

  /// The next reply; `of_head` if it answers a HEAD request.
  Reply receive(bool of_head = false);
  /// Everything until the end of the connection, or until kPatience.
  std::string receive_all();
  /// How the connection ended, as seen by the last receive.
  End end() const noexcept { return end_; }
  /// True if nothing has arrived and the connection is open, as far as can be seen now.
  bool is_quiet() const;
  int descriptor() const noexcept { return descriptor_; }

  Reply get(std::string_view path) {
    send(get_request(path));
    return receive();
  }
  static std::string get_request(std::string_view path, std::string_view fields = "");
  static std::string post_request(std::string_view path, std::string_view body,
                                  std::string_view fields = "");

 protected:
  /// As recv(2) and send(2), for clients that speak through something else.
  virtual ssize_t read_some(char* bytes, std::size_t size);
  virtual ssize_t write_some(const char* bytes, std::size_t size);
  /// A read would find something although the socket may not be readable.
  virtual bool holds_more() const { return false; }

 private:
  bool more(std::chrono::steady_clock::time_point deadline);

  int descriptor_ = -1;
  std::string received_;
  End end_ = End::still_open;
};

/// All status codes in a stream of replies, "HTTP/1.1 " being what marks them.
std::vector<int> statuses(std::string_view stream);

}  // namespace ekiden::test
