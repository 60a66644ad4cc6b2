// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <iterator>

#include "worker/http/session.hpp"

namespace ekiden::worker {

void Session::start(const PassedConnection& passed) {
  passed_ = true;
  state_ = State::reading_head;
  client_ = passed.client;
  begun_ns_ = passed.begun_ns;
  input_.append(passed.bytes);
  advance();
}

bool Session::rests() {
  boost::system::error_code ignored;
  if (read_pending_) socket_.cancel(ignored);
  return !read_pending_;
}

/// What was sent in chunks goes on in one; its trailer is dropped, as it would be anyway.
PassedConnection Session::offered() {
  state_ = State::offered;
  PassedConnection passed;
  passed.descriptor = socket_.native_handle();
  passed.remote = peer_;
  passed.client = client_;
  passed.begun_ns = begun_ns_;
  passed.bytes.reserve(request_.head.size() + request_.body.size() + input_.size() + 32);
  passed.bytes = request_.head;
  if (!framing_.chunked) {
    passed.bytes += request_.body;
  } else if (request_.body.empty()) {
    passed.bytes += "0\r\n\r\n";
  } else {
    fmt::format_to(std::back_inserter(passed.bytes), "{:x}\r\n{}\r\n0\r\n\r\n",
                   request_.body.size(), std::string_view(request_.body));
  }
  passed.bytes += input_.view();
  return passed;
}

/// Not close(): the sibling has the connection, so this process's epoll would go on watching it.
void Session::passed_on() {
  context_.traffic.count_passed();
  state_ = State::closed;
  boost::system::error_code ignored;
  const int descriptor = socket_.release(ignored);
  if (descriptor >= 0) ::close(descriptor);
  context_.closed(*this);
}

void Session::taken_back() {
  state_ = State::running;
  submit();
}

}  // namespace ekiden::worker
