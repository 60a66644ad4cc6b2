// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/descriptor.hpp"

namespace ekiden::server {

/// Where something is on the web, as far as `ekiden doctor` goes there: over plain HTTP.
struct HttpUrl {
  std::string host, port;
  std::string path;  ///< with the query, without the fragment; begins with a slash

  /// "example.com" or "example.com:8050", as the Host header has it.
  std::string authority() const;
  std::string text() const { return "http://" + authority() + path; }
};

/// Throws std::runtime_error that says what is wrong with `text`.
HttpUrl parse_http_url(std::string_view text);

/// What `reference`, found at `base`, leads to; nullopt if that is another host or not HTTP.
std::optional<HttpUrl> resolve(const HttpUrl& base, std::string_view reference);

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;  ///< without chunks, with its Content-Encoding

  /// The value of a header field, or "". Names are compared in any case.
  std::string_view field(std::string_view name) const;
};

/// A client of one host. Uses one connection as long as the server keeps it.
///
/// All members throw std::runtime_error, in words for the operator, if nobody can be reached, no
/// answer comes within the patience, or it is not HTTP.
class HttpClient {
 public:
  HttpClient(const HttpUrl& site, std::chrono::milliseconds patience);

  HttpAnswer get(std::string_view path, std::string_view accept_encoding = "identity");
  HttpAnswer post(std::string_view path, std::string_view content_type, std::string_view body);
  int requests() const noexcept { return requests_; }
  int connections() const noexcept { return connections_; }

 private:
  class Deadline;
  HttpAnswer exchange(const std::string& request);
  HttpAnswer receive(const Deadline& deadline);
  void connect(const Deadline& deadline);
  void send(std::string_view bytes, const Deadline& deadline);
  /// False at the end of input.
  bool more(const Deadline& deadline);
  std::string take_line(const Deadline& deadline);
  std::string take(std::size_t size, const Deadline& deadline);
  std::string take_chunks(const Deadline& deadline);
  std::string take_rest(const Deadline& deadline);

  HttpUrl site_;
  std::chrono::milliseconds patience_;
  Descriptor connection_;
  std::string received_;
  int requests_ = 0, connections_ = 0;
};

}  // namespace ekiden::server
