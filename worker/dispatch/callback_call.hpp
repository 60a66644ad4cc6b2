// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/context.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/app/definition.hpp"
#include "worker/exchange.hpp"

namespace ekiden::worker {

/// One call of a callback: what `callback_context()` finds on this thread while the object exists,
/// and what the callback does to the response besides returning a value.
///
/// Making one costs a few pointers; what the callback asks for is read from the request then.
/// Thread safety: one thread, the one that made it. Calls nest: the inner one is the context.
class CallbackCall {
 public:
  /// REQUIRES: both outlive the object.
  CallbackCall(const CallbackDefinition& callback, const Request& request);
  CallbackCall(const CallbackCall&) = delete;
  CallbackCall& operator=(const CallbackCall&) = delete;
  ~CallbackCall();

  /// The innermost call of this thread, or nullptr.
  static CallbackCall* current() noexcept;
  const CallbackContext& context() const { return context_; }

  const CallbackDefinition& callback() const { return callback_; }
  /// The request's, read when it is first asked for. REQUIRES: it is JSON.
  const Json& body() const;
  const Request& request() const { return request_; }

  // What CallbackContext's functions of the same names do.
  void set_props(const Json& id, Json::Object properties);
  void set_header(std::string_view name, std::string_view value);
  void add_cookie(std::string cookie);
  void record_timing(std::string_view name, double seconds, std::string_view description);

  bool has_side_update() const { return !side_update_.empty(); }
  /// `{"id":{"property":value}}`, by stringified ids.
  void write_side_update(std::string& out) const;
  /// The headers that the callback has set, and its timings, preformatted.
  void write_headers(std::string& out) const;
  void write_timings(std::string& out) const;

 private:
  const CallbackDefinition& callback_;
  mutable std::optional<Json> body_;
  const Request& request_;
  const CallbackContext context_;
  CallbackCall* const outer_;
  std::vector<std::pair<std::string, Json::Object>> side_update_;
  CallbackContext::Texts headers_;
  CallbackContext::Texts timings_;  ///< names with their header fields
};

/// Appends one Server-Timing field; `description` may be empty.
std::string server_timing(std::string_view name, double seconds, std::string_view description);

}  // namespace ekiden::worker
