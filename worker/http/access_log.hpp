// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "worker/exchange.hpp"

namespace ekiden::worker {

/// What there is to say about one request and its answer.
struct Exchange {
  const Request& request;
  const Response& response;
  std::size_t body_bytes = 0;          ///< of the answer, as sent
  std::chrono::nanoseconds took{0};    ///< from the complete request to the last byte sent
  std::chrono::nanoseconds queued{0};  ///< of that, waiting for a callback thread
  std::time_t ended = 0;
  std::uint32_t worker = 0;
  std::uint32_t generation = 0;
};

/// How an exchange becomes a line, read once from gunicorn's notation: text with atoms such as
/// `%(h)s`, or the word `json`.
///
/// Atoms: those of gunicorn (h l u t r m U q H s B b f a T M D L p, `{name}i` and `{name}o` for
/// header fields, `{name}e` for variables), and w (worker), gen (generation), cb (the callback's
/// outputs), qms (milliseconds in the queue), pin (bytes of the request's body). An atom that is
/// not known, or has nothing to say, is "-". Names of header fields may be in any case.
///
/// Thread safety: immutable. Values come from clients, so quotes, backslashes and control
/// characters are escaped: nobody can forge a line or end a quoted field.
class AccessLogFormat {
 public:
  explicit AccessLogFormat(std::string_view format);

  /// Appends the line, with its line feed.
  void append(std::string& line, const Exchange& exchange) const;

 private:
  struct Part {
    std::string text;  // what stands before the atom
    std::string atom;  // empty: none, the format ends here
  };

  std::vector<Part> parts_;
  bool json_ = false;
};

}  // namespace ekiden::worker
