// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/error.hpp>
#include <utility>

#include "worker/http/session.hpp"

namespace ekiden::worker {
namespace {

/// Large bodies are received in pieces of this size.
constexpr std::size_t kBodyBufferBytes = 64U << 10;
/// While a callback runs, the client may send this much ahead.
constexpr std::size_t kMaxReadAhead = 8U << 10;
/// Lingering: what a refused client may still send before the connection is cut.
constexpr std::size_t kMaxDiscarded = 64U << 10;

}  // namespace

/// What is already there. False if nothing is.
bool Session::read_at_once() {
  boost::system::error_code error;
  const std::size_t count = read_some(input_.prepare(), error);
  const bool nothing = error == boost::asio::error::would_block;
  if (nothing) {
    start_read();
  } else {
    received(error, count);
  }
  return !nothing;
}

/// On to the next request: what has come of it already, or else wait.
void Session::resume() {
  context_.inline_runs.new_turn();
  if (state_ != State::reading_head) return;
  if (input_.size() != 0) return advance();
  if (!read_pending_ && input_.capacity() > ReadBuffer::kIdleBytes) input_.release();
  start_read();
}

void Session::start_read() {
  if (read_pending_ || peer_is_done_) return;
  if (state_ == State::running && input_.size() >= kMaxReadAhead) return;
  if (tls_) return start_tls_read();
  const auto room = input_.prepare(wanted_room());
  read_pending_ = true;
  socket_.async_read_some(
      boost::asio::buffer(room.data(), room.size()),
      boost::asio::bind_allocator(
          OperationAllocator<void>(reading_),
          [self = shared_from_this()](const boost::system::error_code& error, std::size_t count) {
            self->read_pending_ = false;
            self->received(error, count);
          }));
}

std::size_t Session::wanted_room() const noexcept {
  const bool large = state_ == State::reading_body &&
                     (chunks_ || framing_.length - request_.body.size() > input_.capacity());
  return large ? kBodyBufferBytes : ReadBuffer::kIdleBytes;
}

void Session::received(const boost::system::error_code& error, std::size_t count) {
  if (state_ == State::closed) return;
  input_.commit(count);
  if (error == boost::asio::error::operation_aborted) return;  // by rests()
  if (error && tls_ && !tls_->is_established() && idle()) return give_up_tls();
  if (error) return input_ended(error == boost::asio::error::eof);
  switch (state_) {
    case State::reading_head:
    case State::reading_body:
      return advance();
    case State::running:
      return start_read();
    case State::lingering:
      return discard();
    case State::reading_proxy_header:
    case State::offered:
    case State::writing:
    case State::closed:
      return;
  }
}

/// A client that has sent its request and shut its side down may still wait for the answer, so the
/// end of input ends the connection only if nobody works on the answer yet. A browser that leaves
/// looks the same, so the callback is told, and may do as it likes.
void Session::input_ended(bool orderly) {
  peer_is_done_ = true;
  cancelled_.store(true, std::memory_order_relaxed);
  const bool answer_under_way = state_ == State::running || state_ == State::writing;
  if (!orderly || !answer_under_way) {
    if (state_ == State::running) context_.pool.withdraw(*this);
    return close();
  }
  if (state_ == State::running && context_.pool.withdraw(*this)) close();
}

void Session::discard() {
  discarded_ += input_.size();
  input_.consume(input_.size());
  if (discarded_ > kMaxDiscarded) return close();
  start_read();
}

void Session::advance() {
  Progress progress = Progress::ready;
  if (state_ == State::reading_head) progress = take_head();
  if (state_ == State::reading_body && progress == Progress::ready) progress = take_body();
  if (progress == Progress::ready) return dispatch();
  if (progress == Progress::waiting && peer_is_done_) return close();
  if (progress == Progress::waiting) start_read();
}

Session::Progress Session::take_head() {
  if (!begun_) {
    begun_ = true;
    expire_in(context_.settings.header_timeout);
  }
  switch (scanner_.scan(input_.view(), context_.limits)) {
    case HeadScanner::State::incomplete:
      return Progress::waiting;
    case HeadScanner::State::complete:
      return accept_head();
    case HeadScanner::State::refused:
      break;
  }
  forget_request(input_.view().substr(scanner_.begin()));
  refuse(scanner_.rejection());
  return Progress::over;
}

/// The logs speak of what was refused, not of the request before it.
void Session::forget_request(std::string_view refused) {
  request_.head =
      refused.substr(0, std::min(refused.find_first_of("\r\n"), context_.limits.request_line));
  request_.target = request_.query = {};
  request_.path.clear();
  request_.headers.clear();
  framing_.forwarded = false;
  request_.host = request_.prefix = {};
  request_.body.clear(kKeptBytes);
  know_client();
}

Session::Progress Session::accept_head() {
  const std::string_view head =
      input_.view().substr(scanner_.begin(), scanner_.end() - scanner_.begin());
  const Rejection rejection = parse_head(head, context_.limits, request_, framing_);
  input_.consume(scanner_.end());
  scanner_.reset();
  begun_ = false;
  if (rejection) {
    framing_.forwarded = false;
    know_client();
    refuse(rejection);
    return Progress::over;
  }
  if (!know_client()) {
    refuse({400, "The fields that name the scheme contradict each other."});
    return Progress::over;
  }
  begin_body();
  if (framing_.expect_continue && framing_.has_body() && input_.size() == 0 && !send_continue()) {
    close();
    return Progress::over;
  }
  return Progress::ready;
}

/// What the connection's client is, or what the peer says if it is a proxy that is believed. False:
/// it says two things.
bool Session::know_client() {
  request_.remote = client_;
  request_.scheme = tls_ ? "https" : "http";
  request_.request_id = {};
  const bool clear =
      !from_proxy_ || !framing_.forwarded || read_forwarded(context_.proxies, request_);
  if (request_.request_id.empty()) name_request();
  return clear;
}

void Session::name_request() noexcept {
  context_.request_ids.next(id_digits_);
  request_.request_id = {id_digits_.data(), id_digits_.size()};
}

}  // namespace ekiden::worker
