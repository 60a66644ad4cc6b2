// SPDX-License-Identifier: MIT
#include "worker/http/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <cstring>
#include <new>

namespace ekiden::worker {
namespace {

/// Of plain text, the most that TLS allows.
constexpr std::size_t kRecord = 16U << 10;
/// What one call writes: others want their turn.
constexpr std::size_t kMostAtOnce = 16 * kRecord;

/// The next record's bytes, from both parts if they fit into one. The same for the same parts, as
/// an attempt that is repeated must bring the same.
std::string_view next_record(std::string_view first, std::string_view second) {
  if (first.empty()) return second.substr(0, kRecord);
  if (first.size() >= kRecord || second.empty()) return first.substr(0, kRecord);
  thread_local std::array<char, kRecord> joined;
  first.copy(joined.data(), first.size());
  const std::size_t more = second.copy(joined.data() + first.size(), kRecord - first.size());
  return {joined.data(), first.size() + more};
}

}  // namespace

TlsStream::TlsStream(const shared::TlsContext& context, int descriptor)
    : ssl_(SSL_new(context.native())) {
  if (!ssl_ || SSL_set_fd(ssl_.get(), descriptor) != 1) {
    ERR_clear_error();
    throw std::bad_alloc();
  }
  SSL_set_accept_state(ssl_.get());
}

void TlsStream::Free::operator()(ssl_st* stream) const noexcept { SSL_free(stream); }

std::size_t TlsStream::read_some(std::span<char> room, boost::system::error_code& error) {
  std::size_t total = 0;
  error = ended_;
  if (error) return 0;
  do {
    std::size_t count = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), room.data() + total, room.size() - total, &count);
    if (result != 1) {
      const boost::system::error_code reason = error_of(result);
      if (total == 0) error = reason;
      return total;
    }
    total += count;
  } while (total < room.size() && has_pending());
  return total;
}

std::size_t TlsStream::write_some(std::string_view first, std::string_view second,
                                  boost::system::error_code& error) {
  std::size_t total = 0;
  error = {};
  while (total < kMostAtOnce && !(first.empty() && second.empty())) {
    const std::size_t count = write_record(next_record(first, second), error);
    if (error) break;
    total += count;
    const std::size_t of_first = std::min(count, first.size());
    first.remove_prefix(of_first);
    second.remove_prefix(count - of_first);
  }
  if (total != 0 && error == boost::asio::error::would_block) error = {};
  return total;
}

std::size_t TlsStream::write_record(std::string_view bytes, boost::system::error_code& error) {
  std::size_t count = 0;
  ERR_clear_error();
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  if (result != 1) error = error_of(result);
  return count;
}

boost::system::error_code TlsStream::error_of(int result) {
  namespace errors = boost::asio::error;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return errors::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return ended_ = errors::eof;
    default:
      break;
  }
  const unsigned long code = ERR_peek_error();
  const char* text = ERR_reason_error_string(code);
  failure_ = text == nullptr ? "the connection ended" : text;
  got_plain_http_ = ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
  ERR_clear_error();
  return ended_ = errors::connection_aborted;
}

void TlsStream::shut_down() noexcept {
  const bool said = (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0;
  const bool failed = ended_ && ended_ != boost::asio::error::eof;
  if (failed || said || !is_established()) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

bool TlsStream::wants_write() const noexcept { return SSL_want_write(ssl_.get()) != 0; }

bool TlsStream::has_pending() const noexcept { return ended_ || SSL_has_pending(ssl_.get()) == 1; }

bool TlsStream::is_established() const noexcept { return SSL_is_init_finished(ssl_.get()) == 1; }

}  // namespace ekiden::worker
