// SPDX-License-Identifier: MIT
#include "tests/http/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <csignal>

namespace ekiden::test {
namespace {

SSL_CTX* client_context() {
  static SSL_CTX* const context = [] {
    std::signal(SIGPIPE, SIG_IGN);
    return SSL_CTX_new(TLS_client_method());
  }();
  return context;
}

}  // namespace

TlsClient::TlsClient(RawClient connection, const Options& options)
    : RawClient(std::move(connection)), ssl_(SSL_new(client_context())) {
  const timeval patience{kPatience.count(), 0};
  ::setsockopt(descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  SSL_set_fd(ssl_.get(), descriptor());
  if (options.most_version != 0) SSL_set_max_proto_version(ssl_.get(), options.most_version);
  if (options.resumed != nullptr) SSL_set_session(ssl_.get(), options.resumed);
  if (!options.protocols.empty()) {
    const std::string list = static_cast<char>(options.protocols.size()) + options.protocols;
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
  }
  open_ = SSL_connect(ssl_.get()) == 1;
  ERR_clear_error();
}

void TlsClient::Free::operator()(ssl_st* stream) const noexcept { SSL_free(stream); }

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

std::string TlsClient::version() const { return SSL_get_version(ssl_.get()); }

std::string TlsClient::peer_name() const {
  const X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return "";
  std::array<char, 256> text{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text.data(),
                            static_cast<int>(text.size()));
  return text.data();
}

bool TlsClient::was_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

ssl_session_st* TlsClient::session() const { return SSL_get_session(ssl_.get()); }

void TlsClient::say_goodbye() { SSL_shutdown(ssl_.get()); }

ssize_t TlsClient::read_some(char* bytes, std::size_t size) {
  const int got = SSL_read(ssl_.get(), bytes, static_cast<int>(size));
  const bool orderly = got <= 0 && SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN;
  ERR_clear_error();
  if (got > 0) return got;
  return orderly ? 0 : -1;
}

ssize_t TlsClient::write_some(const char* bytes, std::size_t size) {
  const int sent =
      SSL_write(ssl_.get(), bytes, static_cast<int>(std::min<std::size_t>(size, 1 << 30)));
  ERR_clear_error();
  return sent > 0 ? sent : -1;
}

bool TlsClient::holds_more() const { return SSL_has_pending(ssl_.get()) == 1; }

}  // namespace ekiden::test
