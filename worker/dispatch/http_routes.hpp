// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/app/page_settings.hpp"
#include "worker/exchange.hpp"

namespace ekiden::worker {

/// "GET /report", for logs.
std::string method_and_path(const Request& request);

/// The routes, filters and headers of the app's own.
///
/// Thread safety: read-only; handlers run on callback threads, any number at once. Errors: what a
/// handler throws becomes a 500 and a log line.
class HttpRoutes {
 public:
  /// REQUIRES: `page` outlives the object. Throws Error if its routes lie where the assets do.
  explicit HttpRoutes(const PageSettings& page, bool debug);

  /// True if every request must pass the app's filters first.
  bool filters() const { return !page_.before_request.empty(); }
  /// True if a filter answered. On a callback thread.
  bool filter(const Request& request, Response& response) const;

  enum class Match { none, other_method, found };
  /// Whether the app has a route at `name`, a path below the prefix; fills a 405 if it has one
  /// only for other methods.
  Match match(std::string_view name, const Request& request, Response& response) const;
  /// REQUIRES: match() said found. On a callback thread.
  void run(std::string_view name, const Request& request, Response& response) const;

  /// Adds the app's default headers that `response` does not have.
  void add_default_headers(Response& response) const;

 private:
  const HttpRoute* find(std::string_view name, std::string_view method) const;

  const PageSettings& page_;
  const bool debug_;
};

}  // namespace ekiden::worker
