// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <ctime>

#include "shared/clock.hpp"
#include "shared/log.hpp"
#include "worker/http/session.hpp"

namespace ekiden::worker {
namespace {

/// After the last answer the client gets this long to read it and hang up. Closing at once could
/// reset the connection, and the reset could overtake the answer.
constexpr std::chrono::milliseconds kLinger{2000};
/// A body up to this size is copied behind the head: the kernel takes longer for a list of two
/// buffers than for one.
constexpr std::size_t kShortBody = 4096;

void release_if_large(std::string& text) noexcept {
  if (text.capacity() > kKeptBytes) std::string().swap(text);
}

/// One line; a head that was refused may hold anything.
void log_route(const Request& request, const Response& response) {
  std::string_view line = request.head;
  line = line.substr(0, line.find('\r'));
  const bool plain =
      std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
  shared::log(shared::LogLevel::info, "{} \"{}\" {} {}", request.remote, plain ? line : "?",
              response.status, response.size());
}

}  // namespace

void Session::send() {
  if (!context_.settings.dev_tools.silence_routes_logging) log_route(request_, answer());
  const bool last = peer_is_done_ && input_.size() == 0;
  closing_ = closing_ || context_.draining || !framing_.keep_alive || last;
  Connection connection = Connection::unmentioned;
  if (closing_) {
    connection = Connection::close;
  } else if (request_.version == 10) {
    connection = Connection::keep_alive;
  }
  write_head(answer(), context_.date.at(std::time(nullptr)), connection, head_,
             request_.request_id);
  if (is_bodiless(answer().status, request_.method)) {
    answer().clear_body();
  }
  count();
  state_ = State::writing;
  written_ = 0;
  join_short_body();
  boost::system::error_code error;
  const std::size_t count = write_first(error);
  if (error == boost::asio::error::would_block) error = {};
  wrote(error, count);
}

void Session::join_short_body() {
  head_bytes_ = head_.size();
  if (answer().size() <= kShortBody) head_.append(answer().bytes());
}

std::size_t Session::write_first(boost::system::error_code& error) {
  if (tls_) return write_tls(error);
  const auto [head, body] = unsent();
  if (body.size() == 0) return socket_.write_some(head, error);
  return socket_.write_some(std::array{head, body}, error);
}

std::array<boost::asio::const_buffer, 2> Session::unsent() {
  const bool is_joined = head_.size() != head_bytes_;
  const std::size_t of_head = std::min(written_, head_.size());
  const std::string_view body =
      is_joined ? std::string_view() : window_.from(answer(), written_ - of_head);
  return {boost::asio::const_buffer(head_.data() + of_head, head_.size() - of_head),
          boost::asio::const_buffer(body.data(), body.size())};
}

void Session::wrote(const boost::system::error_code& error, std::size_t count) {
  if (state_ != State::writing) return;
  written_ += count;
  if (error) {
    if (context_.log_exchange) log_exchange();
    return close();
  }
  if (written_ == head_bytes_ + answer().size()) return sent();
  write_more();
}

/// The time-out starts again with each piece that the client's side has taken.
void Session::write_more() {
  expire_in(context_.settings.write_timeout);
  if (tls_) return write_more_tls();
  socket_.async_write_some(
      unsent(), [self = shared_from_this()](const boost::system::error_code& error,
                                            std::size_t count) { self->wrote(error, count); });
}

void Session::count() {
  const std::uint64_t took = begun_ns_ == 0 ? 0 : ended_ns() - begun_ns_;
  const std::uint64_t waited = std::min(queued_ns_.load(std::memory_order_relaxed), took);
  context_.traffic.count(request_, answer(), std::chrono::nanoseconds(waited),
                         std::chrono::nanoseconds(took - waited));
}

/// What has run on this thread has just ended: the clock need not be read again.
std::uint64_t Session::ended_ns() const noexcept {
  if (!admitted_ || timed_out_) return shared::monotonic_ns();
  return begun_ns_ + queued_ns_.load(std::memory_order_relaxed) +
         static_cast<std::uint64_t>(ran_.count());
}

void Session::log_exchange() {
  const std::uint64_t now = shared::monotonic_ns();
  const std::size_t head = std::min(written_, head_bytes_);
  Exchange exchange{request_, answer(), written_ - head};
  exchange.took = std::chrono::nanoseconds(begun_ns_ == 0 ? 0 : now - begun_ns_);
  exchange.queued = std::chrono::nanoseconds(queued_ns_.load());
  exchange.ended = std::time(nullptr);
  context_.log_exchange(exchange);
}

void Session::sent() {
  if (context_.log_exchange) log_exchange();
  if (closing_) return linger();
  passed_ = false;
  request_.request_id = {};
  request_.body.clear(kKeptBytes);
  count_body();
  release_if_large(response_.body);
  response_.late.clear();
  window_.release();
  state_ = State::reading_head;
  expire_in(input_.size() == 0 ? context_.settings.keep_alive : context_.settings.header_timeout);
  // Posted, not called: others get their turn, and by then the next request has often arrived,
  // which spares a read that would find nothing.
  boost::asio::post(context_.io.get_executor(),
                    boost::asio::bind_allocator(OperationAllocator<void>(resuming_),
                                                [self = shared_from_this()] { self->resume(); }));
}

void Session::linger() {
  if (tls_) tls_->shut_down();
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  if (peer_is_done_) return close();
  state_ = State::lingering;
  discarded_ = 0;
  expire_in(kLinger);
  discard();
}

bool Session::send_continue() {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::system::error_code error;
  const std::size_t count = tls_ ? tls_->write_some(kContinue, {}, error)
                                 : socket_.write_some(boost::asio::buffer(kContinue), error);
  return count == kContinue.size();
}

}  // namespace ekiden::worker
