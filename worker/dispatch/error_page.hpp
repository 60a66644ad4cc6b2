// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "worker/app/throw_trace.hpp"
#include "worker/exchange.hpp"

namespace ekiden::worker {

/// What went wrong in a callback, for the log, and under debug for Dash's dev tools.
struct Failure {
  std::string callback;  ///< "graph.figure"
  std::string where;     ///< "app.cpp:42", of the registration; may be empty
  std::string type;      ///< "std::runtime_error"
  std::string message;
  std::vector<TraceFrame> trace = {};  ///< innermost first; only under debug
};

/// "std::out_of_range: no such row", or the type alone if there is no message.
std::string type_and_message(const Failure& failure);

/// 500 that tells nothing of the inside. `advice` is an extra sentence, plain text.
void send_internal_error(Response& response, std::string_view advice = {});

/// 500 with the document that Dash's dev tools show in a frame.
void send_debug_error(const Failure& failure, Response& response);

/// 504, with the same two documents.
void send_timeout(Response& response);
void send_debug_timeout(const Failure& failure, Response& response);

void send_bad_request(std::string_view reason, Response& response);
void send_not_found(Response& response);
/// 405, or the answer to OPTIONS; `allowed` is the Allow header's value but for OPTIONS.
void send_method_not_allowed(const Request& request, std::string_view allowed, Response& response);
void send_unsupported_media_type(Response& response);

}  // namespace ekiden::worker
