// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace ekiden::shared {

/// The certificates and the private key of a server, ready for handshakes: TLS 1.2 and later,
/// HTTP/1.1. OpenSSL's headers stay behind it.
///
/// Thread safety: read only, once made. Fork: the master makes one for each generation, as long as
/// it may read the key; the mold and its workers inherit it, and with it the key of the tickets
/// by which a client resumes its session at any worker. It is freed in no worker.
class TlsContext {
 public:
  /// Reads PEM files; without a `keyfile` the key is in `certfile`, too.
  /// Throws std::runtime_error with one line that names the option and the file.
  TlsContext(const std::string& certfile, const std::string& keyfile);

  ssl_ctx_st* native() const noexcept { return context_.get(); }
  /// "the certificate has expired on 2026-01-31"; empty if all is well.
  const std::string& note() const noexcept { return note_; }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const noexcept;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
  std::string note_;
};

}  // namespace ekiden::shared
