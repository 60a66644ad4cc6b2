// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "tests/http/raw_client.hpp"

struct ssl_st;
struct ssl_session_st;

namespace ekiden::test {

/// A client connection that speaks its bytes through TLS, and believes any certificate.
class TlsClient final : public RawClient {
 public:
  struct Options {
    std::string protocols = "http/1.1";  ///< ALPN, one; empty: none are offered
    int most_version = 0;                ///< as OpenSSL numbers them; 0: any
    ssl_session_st* resumed = nullptr;
  };

  /// Takes the connection over and does the handshake; its outcome is in is_open().
  TlsClient(RawClient connection, const Options& options);
  explicit TlsClient(RawClient connection) : TlsClient(std::move(connection), Options()) {}
  TlsClient(TlsClient&&) = default;

  bool is_open() const noexcept { return open_; }
  std::string protocol() const;   ///< chosen by the server
  std::string version() const;    ///< "TLSv1.3"
  std::string peer_name() const;  ///< of the server's certificate
  bool was_resumed() const;
  /// For the `resumed` of another; valid as long as this client. Known once something was read.
  ssl_session_st* session() const;
  /// TLS' own goodbye.
  void say_goodbye();

 private:
  ssize_t read_some(char* bytes, std::size_t size) override;
  ssize_t write_some(const char* bytes, std::size_t size) override;
  bool holds_more() const override;

  struct Free {
    void operator()(ssl_st* stream) const noexcept;
  };
  std::unique_ptr<ssl_st, Free> ssl_;
  bool open_ = false;
};

}  // namespace ekiden::test
