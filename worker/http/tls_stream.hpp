// SPDX-License-Identifier: MIT
#pragma once

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "shared/tls_context.hpp"

struct ssl_st;

namespace ekiden::worker {

/// TLS on one non-blocking connection, server side. The first reads do the handshake.
///
/// What cannot go on now is `would_block`: to be tried again when the socket can be read, or
/// written if wants_write() says so. OpenSSL's headers stay behind it.
///
/// Thread safety: the polling thread's. It does not own the descriptor.
class TlsStream {
 public:
  /// Throws std::bad_alloc. REQUIRES: the context outlives it.
  TlsStream(const shared::TlsContext& context, int descriptor);

  /// `eof` if the client has said goodbye, or just gone.
  std::size_t read_some(std::span<char> room, boost::system::error_code& error);
  /// As much of the two as goes, small ones together. After `would_block` and a partial success the
  /// rest has to come again, as it was.
  std::size_t write_some(std::string_view first, std::string_view second,
                         boost::system::error_code& error);
  /// Says goodbye, if that goes at once.
  void shut_down() noexcept;

  bool wants_write() const noexcept;
  /// Something has come that no read has returned, bytes or the end: the socket may not be readable
  /// again.
  bool has_pending() const noexcept;

  bool is_established() const noexcept;
  /// After an error: "http request", "no shared cipher".
  const std::string& failure() const noexcept { return failure_; }
  /// After an error: the client speaks HTTP without TLS.
  bool got_plain_http() const noexcept { return got_plain_http_; }

 private:
  struct Free {
    void operator()(ssl_st* stream) const noexcept;
  };
  std::size_t write_record(std::string_view bytes, boost::system::error_code& error);
  boost::system::error_code error_of(int result);

  std::unique_ptr<ssl_st, Free> ssl_;
  boost::system::error_code ended_;  // what every further read says
  std::string failure_;
  bool got_plain_http_ = false;
};

}  // namespace ekiden::worker
