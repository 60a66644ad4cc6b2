// SPDX-License-Identifier: MIT
#include <boost/asio/error.hpp>
#include <boost/asio/read.hpp>

#include "shared/log.hpp"
#include "worker/http/proxy_header.hpp"
#include "worker/http/session.hpp"

namespace ekiden::worker {

/// False if the request has yet to come. What follows the header may be TLS's, which reads the
/// socket itself, so bytes are looked at first, and only the header's are taken.
bool Session::read_proxy_header() {
  const std::span<char> room = input_.prepare();
  boost::system::error_code error;
  const std::size_t count =
      socket_.receive(boost::asio::buffer(room.data(), room.size()), Socket::message_peek, error);
  if (error == boost::asio::error::would_block) {
    wait_for_proxy_header();
    return false;
  }
  if (error) {
    proxy_header_cut_off(error == boost::asio::error::eof);
    return true;
  }
  if (peer_ != "unix:" && !context_.balancers.trusts(peer_)) {
    refuse_proxy({403, "This address may not connect: --proxy-allow-from does not name it."});
    return true;
  }
  if (take_proxy_header(room.subspan(0, count))) return read_at_once();
  return state_ != State::reading_proxy_header;
}

void Session::wait_for_proxy_header() {
  read_pending_ = true;
  socket_.async_wait(Socket::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       self->read_pending_ = false;
                       if (self->state_ == State::reading_proxy_header) {
                         self->read_proxy_header();
                       } else {
                         self->received(error, 0);
                       }
                     });
}

/// True once it is whole. `seen` lies behind what has been taken before, and is still in the
/// socket, too.
bool Session::take_proxy_header(std::span<char> seen) {
  const std::size_t before = input_.size();
  input_.commit(seen.size());
  const ProxyHeader header =
      worker::read_proxy_header(input_.view(), context_.settings.proxy_protocol);
  const bool whole = header.state == ProxyHeader::State::complete;
  const std::size_t taken = whole ? header.size - before : seen.size();
  boost::system::error_code error;
  boost::asio::read(socket_, boost::asio::buffer(seen.data(), taken), error);
  if (error) {
    close();
  } else if (header.state == ProxyHeader::State::incomplete) {
    wait_for_proxy_header();
  } else if (!whole) {
    refuse_proxy({400, header.fault});
  } else {
    input_.consume(input_.size());
    if (!header.client.empty()) client_ = header.client;
    request_.remote = client_;
    state_ = State::reading_head;
    if (context_.tls) tls_ = std::make_unique<TlsStream>(*context_.tls, socket_.native_handle());
  }
  return whole && !error;
}

/// Whoever only looks whether the port is open says nothing, and gets no answer.
void Session::proxy_header_cut_off(bool orderly) {
  peer_is_done_ = true;
  if (!orderly || idle()) return close();
  refuse_proxy({400, "The connection ends within its PROXY header."});
}

void Session::refuse_proxy(const Rejection& rejection) {
  shared::log(shared::LogLevel::warning, "{}: --proxy-protocol: {}", peer_, rejection.text);
  refuse(rejection);
}

}  // namespace ekiden::worker
