// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/page.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace ekiden {

/// A request to a route of the app's own. The views are valid while the handler runs.
struct HttpRequest {
  std::string_view method;  ///< "GET"
  std::string_view path;    ///< percent-decoded, without the query, with the app's prefix
  std::string_view query;   ///< after '?', as sent
  std::span<const std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
  std::string_view remote;           ///< the client's address
  std::string_view scheme = "http";  ///< as the client sees it, behind a trusted proxy too
  std::string_view host = {};        ///< and with the port, if it is not the scheme's
  std::string_view prefix = {};      ///< what a trusted proxy has taken off the path: "/sales"

  /// The value of a header, its name in any case; empty if there is none.
  std::string_view header(std::string_view name) const;
};

/// The answer. Content-Length, Date, Connection and X-Request-Id are the server's and must not be
/// among the headers.
struct HttpResponse {
  int status = 200;
  std::string body = {};
  std::string content_type = "text/plain; charset=utf-8";
  Attributes headers = {};
  /// Compress the body, if it is large enough and the client takes it so, whatever App::compress
  /// says. Its warning holds here, too. A body with a Content-Encoding, a Content-Range or a strong
  /// ETag goes out as it is.
  bool compress = false;
};

using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;
/// Answers a request before its route does, or lets it pass.
using RequestFilter = std::function<std::optional<HttpResponse>(const HttpRequest&)>;

}  // namespace ekiden
