// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "worker/exchange.hpp"
#include "worker/http/header_policy.hpp"

namespace ekiden::worker {

/// The Date field's line, made anew once a second.
class DateLine {
 public:
  /// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
  std::string_view at(std::time_t now) noexcept;

 private:
  std::time_t made_for_ = -1;
  char line_[40] = {};
  std::size_t size_ = 0;
};

std::string_view reason_phrase(int status) noexcept;

enum class Connection {
  unmentioned,  ///< HTTP/1.1 stays open
  keep_alive,   ///< HTTP/1.0 that asked for it
  close,
};

/// Replaces `head` by the status line and header fields that go before the body.
void write_head(const Response& response, std::string_view date_line, Connection connection,
                std::string& head, std::string_view request_id = {});

/// True if no body bytes may follow the head, whatever the response holds.
bool is_bodiless(int status, Method method) noexcept;

/// Turns a rejection into the answer that the client gets.
void fill_rejection(const Rejection& rejection, Response& response);

}  // namespace ekiden::worker
