// SPDX-License-Identifier: MIT
#include "worker/http/session.hpp"

#include <sys/socket.h>

#include <utility>

#include "shared/clock.hpp"
#include "worker/shown_call.hpp"

namespace ekiden::worker {
namespace {

/// A request may be under way on an idle connection when the worker begins to drain: that long it
/// is still answered.
constexpr std::chrono::milliseconds kDrainGrace{1000};

void release(std::string& text) noexcept { std::string().swap(text); }

int family_of(int descriptor) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family;
}

}  // namespace

Session::Session(SessionContext& context, Accepted accepted)
    : context_(context), socket_(context.io.get_executor()) {
  const bool by_proxy = context.settings.proxy_protocol != shared::ProxyProtocol::off;
  if (by_proxy) state_ = State::reading_proxy_header;
  if (context.tls && !by_proxy) {
    tls_ = std::make_unique<TlsStream>(*context.tls, accepted.descriptor);
  }
  const boost::asio::generic::stream_protocol protocol(family_of(accepted.descriptor), 0);
  socket_.assign(protocol, accepted.descriptor);
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  peer_ = std::move(accepted.remote);
  from_proxy_ = peer_ == "unix:" || context.proxies.trusts(peer_);
  client_ = peer_;
  request_.remote = client_;
  request_.cancelled = &cancelled_;
}

bool Session::start() {
  expire_in(context_.draining ? kDrainGrace : context_.settings.header_timeout);
  return state_ == State::reading_proxy_header ? read_proxy_header() : read_at_once();
}

void Session::expire_in(std::chrono::milliseconds span) noexcept {
  deadline_ns_ =
      shared::coarse_ns() + static_cast<std::uint64_t>(std::chrono::nanoseconds(span).count());
}

void Session::tick(std::uint64_t now_ns) {
  if (deadline_ns_ != 0 && now_ns >= deadline_ns_) return deadline_passed();
  // A client that hangs up takes its callback along; short ones are spared the watching.
  if (state_ == State::running) start_read();
  if (idle() && !lean_) release_memory();
}

void Session::deadline_passed() {
  if (state_ == State::running) return time_out();
  if (state_ == State::offered) return;
  if (state_ == State::reading_proxy_header && !idle()) {
    return refuse_proxy({408, "The PROXY header did not arrive in time."});
  }
  if (state_ == State::reading_head && begun_) forget_request(input_.view());
  if (state_ == State::reading_body || (state_ == State::reading_head && begun_)) {
    return refuse({408, "The request did not arrive in time."});
  }
  if (idle() && context_.draining) {
    char byte = 0;
    if (::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0) return;
  }
  close();
}

void Session::time_out() {
  deadline_ns_ = 0;
  CallbackPool::GivenUp given_up = context_.pool.give_up(*this);
  if (given_up.state == CallbackPool::GivenUp::State::finished) return;  // its letter is on the way
  cancelled_.store(true, std::memory_order_relaxed);
  timed_out_ = std::make_unique<Response>();
  std::string name = context_.service.time_out(request_, *timed_out_);
  const std::chrono::nanoseconds age(shared::monotonic_ns() - begun_ns_);
  context_.overdue_log.add({std::move(name), std::string(request_.request_id), age,
                            context_.settings.request_timeout, std::move(given_up)});
  closing_ = true;
  send();
}

shared::RunningCall Session::queued_call() {
  if (!call_) call_ = context_.service.call_of(request_);
  const std::chrono::nanoseconds begun(begun_ns_);
  return {*call_, false, std::chrono::duration_cast<std::chrono::milliseconds>(begun), {}};
}

void Session::begin_drain(std::uint64_t now_ns) {
  if (!idle()) return;
  deadline_ns_ = now_ns + static_cast<std::uint64_t>(std::chrono::nanoseconds(kDrainGrace).count());
}

void Session::run() noexcept {
  const std::uint64_t start = shared::monotonic_ns();
  const std::uint64_t queued = start - begun_ns_;
  queued_ns_.store(queued, std::memory_order_relaxed);
  begin_shown_call(start, queued);
  context_.service.run(request_, response_);
  ran_ = std::chrono::nanoseconds(shared::monotonic_ns() - start);
}

void Session::dispatch() {
  if (!passed_) {
    auto& requests = context_.slot.requests;
    const std::uint64_t count = requests.load(std::memory_order_relaxed) + 1;
    requests.store(count, std::memory_order_relaxed);
    context_.wear.count_request(count);
    begun_ns_ = shared::monotonic_ns();
  }
  response_.clear();
  state_ = State::running;
  deadline_ns_ = 0;
  lean_ = false;
  queued_ns_.store(0, std::memory_order_relaxed);
  call_.reset();
  admitted_ = false;
  if (context_.service.begin(request_, response_) == Service::Next::send) return send();
  const std::chrono::nanoseconds limit = context_.settings.request_timeout;
  if (limit.count() != 0) deadline_ns_ = begun_ns_ + static_cast<std::uint64_t>(limit.count());
  admitted_ = context_.inline_runs.admits(response_.callback);
  if (!admitted_) return submit();
  context_.inline_runs.add(shared_from_this());
}

void Session::submit() {
  admitted_ = false;
  switch (context_.pool.submit(shared_from_this())) {
    case CallbackPool::Submitted::runs_now:
    case CallbackPool::Submitted::queued:
      break;
    case CallbackPool::Submitted::refused:
      fill_rejection({503, "All callback threads are busy and the queue is full."}, response_);
      response_.headers = "Retry-After: 1\r\n";
      send();
      break;
  }
  context_.submitted();
}

void Session::callback_finished() {
  auto& callbacks = context_.slot.callbacks;
  callbacks.store(callbacks.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (state_ == State::running) send();
}

void Session::refuse(const Rejection& rejection) {
  fill_rejection(rejection, response_);
  if (request_.request_id.empty()) name_request();
  begun_ns_ = 0;
  request_.method = Method::get;  // an unreadable HEAD gets the reason too; the connection ends
  closing_ = true;
  send();
}

void Session::release_memory() {
  lean_ = true;
  request_ = Request{};
  count_body();
  request_.remote = client_;
  request_.cancelled = &cancelled_;
  release(response_.headers);
  release(response_.body);
  release(head_);
}

void Session::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  cancelled_.store(true, std::memory_order_relaxed);
  if (tls_) tls_->shut_down();
  boost::system::error_code ignored;
  socket_.close(ignored);
  context_.bytes_of_bodies -= std::exchange(counted_body_bytes_, 0);
  context_.closed(*this);
}

}  // namespace ekiden::worker
