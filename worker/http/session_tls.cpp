// SPDX-License-Identifier: MIT
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "shared/log.hpp"
#include "worker/http/session.hpp"

namespace ekiden::worker {
namespace {

std::string_view view_of(const boost::asio::const_buffer& buffer) noexcept {
  return {static_cast<const char*>(buffer.data()), buffer.size()};
}

}  // namespace

std::size_t Session::read_some(std::span<char> room, boost::system::error_code& error) {
  if (tls_) return tls_->read_some(room, error);
  return socket_.read_some(boost::asio::buffer(room.data(), room.size()), error);
}

std::size_t Session::write_tls(boost::system::error_code& error) {
  const auto [head, body] = unsent();
  return tls_->write_some(view_of(head), view_of(body), error);
}

/// What OpenSSL has already received makes no socket readable again. Posted, not read at once: an
/// upload would else recurse by the record.
void Session::start_tls_read() {
  if (!tls_->has_pending()) return wait_to_read_tls();
  read_pending_ = true;
  boost::asio::post(context_.io.get_executor(), [self = shared_from_this()] { self->read_tls(); });
}

void Session::wait_to_read_tls() {
  read_pending_ = true;
  socket_.async_wait(
      tls_->wants_write() && state_ != State::writing ? Socket::wait_write : Socket::wait_read,
      [self = shared_from_this()](const boost::system::error_code&) { self->read_tls(); });
}

void Session::read_tls() {
  read_pending_ = false;
  if (state_ == State::closed) return;
  boost::system::error_code error;
  const std::size_t count = read_some(input_.prepare(wanted_room()), error);
  if (error == boost::asio::error::would_block) return wait_to_read_tls();
  received(error, count);
}

/// Instead of a handshake came something else. Who speaks HTTP is told in HTTP.
void Session::give_up_tls() {
  const bool plain_http = tls_->got_plain_http();
  shared::log(shared::LogLevel::debug, "{}: no TLS connection: {}", request_.remote,
              tls_->failure());
  tls_.reset();
  request_.scheme = "http";
  if (plain_http) return refuse({400, "This port speaks HTTPS: write https:// instead."});
  closing_ = true;
  linger();
}

void Session::write_more_tls() {
  socket_.async_wait(Socket::wait_write,
                     [self = shared_from_this()](boost::system::error_code error) {
                       if (self->state_ != State::writing) return;
                       const std::size_t count = self->write_tls(error);
                       if (error == boost::asio::error::would_block) error = {};
                       self->wrote(error, count);
                     });
}

}  // namespace ekiden::worker
