// SPDX-License-Identifier: MIT
#include "shared/tls_context.hpp"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace ekiden::shared {
namespace {

/// Those with forward secrecy and authenticated encryption; TLS 1.3 has no others.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kProtocol = "\x08http/1.1";
constexpr int kDaysOfWarning = 14;

std::string reason() {
  const char* text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return text == nullptr ? "unknown reason" : text;
}

[[noreturn]] void fail(std::string_view option, const std::string& file, const std::string& what) {
  throw std::runtime_error(fmt::format("--{} {}: {}", option, file, what));
}

void check_readable(std::string_view option, const std::string& file) {
  errno = 0;
  std::ifstream stream(file);
  if (stream.get() != std::ifstream::traits_type::eof()) return;
  std::string what = errno == 0 ? "the file is empty" : std::strerror(errno);
  what[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(what[0])));
  fail(option, file, what);
}

/// Nobody is there to type a passphrase. Notes that one was asked for.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

/// A client that speaks HTTP/2 only learns at once that nobody here does.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(kProtocol.data());
  if (SSL_select_next_proto(&found, chosen_size, ours, static_cast<unsigned>(kProtocol.size()),
                            offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

void configure(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers);
  // A connection that ends without TLS' own goodbye: HTTP says where a message ends.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // of one worker: tickets serve all
  constexpr std::string_view kId = "ekiden";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(kId.data()),
                                 static_cast<unsigned>(kId.size()));
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

void load_key(SSL_CTX* context, const std::string& certfile, const std::string& keyfile) {
  const bool in_one = keyfile.empty();
  const std::string& file = in_one ? certfile : keyfile;
  const std::string_view option = in_one ? "certfile" : "keyfile";
  check_readable(option, file);
  bool asked = false;
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, &asked);
  const bool loaded = SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM) == 1;
  const bool mismatch = !loaded && ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_X509;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (asked) fail(option, file, "the key is encrypted; take its passphrase off");
  if (!loaded && !mismatch) {
    const std::string remedy = in_one ? "; give its file as --keyfile" : "";
    fail(option, file, fmt::format("holds no private key in PEM form ({}){}", reason(), remedy));
  }
  if (mismatch || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    fail(option, file, fmt::format("is not the key of the certificate in {}", certfile));
  }
}

std::string date_of(const ASN1_TIME* time) {
  std::tm parts{};
  std::array<char, 16> text{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "?";
  std::strftime(text.data(), text.size(), "%F", &parts);
  return text.data();
}

std::string note_on(const X509* certificate) {
  const ASN1_TIME* const begins = X509_get0_notBefore(certificate);
  const ASN1_TIME* const ends = X509_get0_notAfter(certificate);
  if (X509_cmp_current_time(ends) < 0) {
    return fmt::format("the certificate has expired on {}", date_of(ends));
  }
  if (X509_cmp_current_time(begins) > 0) {
    return fmt::format("the certificate is not valid before {}", date_of(begins));
  }
  int days = 0, seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, nullptr, ends) == 1 && days < kDaysOfWarning) {
    return fmt::format("the certificate expires on {}", date_of(ends));
  }
  return "";
}

}  // namespace

TlsContext::TlsContext(const std::string& certfile, const std::string& keyfile)
    : context_(SSL_CTX_new(TLS_server_method())) {
  if (!context_) throw std::runtime_error("--certfile: OpenSSL: " + reason());
  configure(context_.get());
  check_readable("certfile", certfile);
  if (SSL_CTX_use_certificate_chain_file(context_.get(), certfile.c_str()) != 1) {
    fail("certfile", certfile,
         fmt::format("holds no usable certificate in PEM form ({})", reason()));
  }
  load_key(context_.get(), certfile, keyfile);
  note_ = note_on(SSL_CTX_get0_certificate(context_.get()));
}

void TlsContext::Free::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }

}  // namespace ekiden::shared
