// SPDX-License-Identifier: MIT
#include "worker/dispatch/http_routes.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <ekiden/json.hpp>
#include <ekiden/update.hpp>
#include <optional>
#include <string>

#include "shared/log.hpp"
#include "worker/app/exception_text.hpp"
#include "worker/dispatch/error_page.hpp"
#include "worker/dispatch/global_write.hpp"
#include "worker/http/grammar.hpp"
#include "worker/seal/app_call.hpp"
#include "worker/seal/violation.hpp"

namespace ekiden::worker {

namespace {

std::string_view name_of(Method method) {
  constexpr std::string_view kNames[] = {"GET",   "HEAD",   "POST",    "PUT",
                                         "PATCH", "DELETE", "OPTIONS", "OTHER"};
  return kNames[static_cast<std::size_t>(method)];
}

HttpRequest view_of(const Request& request) {
  return {name_of(request.method), request.path,   request.query, request.headers, request.body,
          request.remote,          request.scheme, request.host,  request.prefix};
}

void append_header(std::string_view name, std::string_view value, std::string& headers) {
  headers.append(name).append(": ").append(value).append("\r\n");
}

void fill(HttpResponse&& from, Response& response) {
  check_headers(from.headers);
  if (from.status < 200 || from.status > 599) {
    throw Error("the status " + std::to_string(from.status) + " is not one of a response");
  }
  response.clear();
  response.status = from.status;
  if (from.headers.find("Content-Type") == nullptr && !from.content_type.empty()) {
    // As a header, because Response::content_type does not own its text.
    const Attributes type{{"Content-Type", from.content_type}};
    check_headers(type);
    append_header("Content-Type", from.content_type, response.headers);
  }
  for (const auto& [name, value] : from.headers) append_header(name, value, response.headers);
  response.body = std::move(from.body);
  response.compressible = from.compress;
}

/// True if `route` is `name`, or ends in "/*" and `name` lies below.
bool covers(std::string_view route, std::string_view name) {
  if (!route.ends_with("/*")) return route == name;
  route.remove_suffix(1);
  return name.starts_with(route);
}

/// Calls `work`; what it throws becomes a 500 and a log line, and false is returned.
template <class Work>
bool guarded(const Request& request, Response& response, bool debug, Work work) {
  const auto code = [&] { return RefusedCode{"route", method_and_path(request), {}}; };
  try {
    work();
    if (violations_noted() > 0) report_passed_write(code(), request);
    return true;
  } catch (const GlobalWrite&) {
    const Failure failure = refused_write(code(), request, debug);
    debug ? send_debug_error(failure, response) : send_internal_error(response);
    return false;
  } catch (const WaitCancelled&) {
    return false;  // the client has its answer
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    const ExceptionText exception = current_exception_text();
    Failure failure;
    failure.callback = code().name;
    failure.type = exception.type;
    failure.message = exception.message;
    shared::log(shared::LogLevel::error, "route {}: {}", failure.callback,
                type_and_message(failure));
    debug ? send_debug_error(failure, response) : send_internal_error(response);
    return false;
  }
}

}  // namespace

std::string method_and_path(const Request& request) {
  return std::string(name_of(request.method)) + ' ' + request.path;
}

HttpRoutes::HttpRoutes(const PageSettings& page, bool debug) : page_(page), debug_(debug) {
  const std::string assets = page.assets_url_path + '/';
  for (const HttpRoute& route : page.routes) {
    if (!route.path.starts_with(assets)) continue;
    throw Error("route: the path \"/" + route.path + "\" lies in the assets folder");
  }
}

const HttpRoute* HttpRoutes::find(std::string_view name, std::string_view method) const {
  const HttpRoute* found = nullptr;
  for (const HttpRoute& route : page_.routes) {
    const bool fits =
        method.empty() || route.method == method || (method == "HEAD" && route.method == "GET");
    if (!fits || !covers(route.path, name)) continue;
    if (found == nullptr || route.path.size() > found->path.size() || route.path == name) {
      found = &route;
    }
  }
  return found;
}

HttpRoutes::Match HttpRoutes::match(std::string_view name, const Request& request,
                                    Response& response) const {
  if (page_.routes.empty()) return Match::none;
  if (find(name, name_of(request.method)) != nullptr) return Match::found;
  if (find(name, {}) == nullptr) return Match::none;
  std::string allowed;
  for (const HttpRoute& route : page_.routes) {
    if (!covers(route.path, name)) continue;
    allowed.append(allowed.empty() ? "" : ", ").append(route.method);
    if (route.method == "GET") allowed += ", HEAD";
  }
  send_method_not_allowed(request, allowed, response);
  return Match::other_method;
}

void HttpRoutes::run(std::string_view name, const Request& request, Response& response) const {
  const HttpHandler& handler = find(name, name_of(request.method))->handler;
  guarded(request, response, debug_,
          [&] { fill(in_app_code([&] { return handler(view_of(request)); }), response); });
}

bool HttpRoutes::filter(const Request& request, Response& response) const {
  for (const RequestFilter& filter : page_.before_request) {
    bool answered = false;
    const bool failed = !guarded(request, response, debug_, [&] {
      auto answer = in_app_code([&] { return filter(view_of(request)); });
      answered = answer.has_value();
      if (answered) fill(std::move(*answer), response);
    });
    if (answered || failed) return true;
  }
  return false;
}

void HttpRoutes::add_default_headers(Response& response) const {
  for (const auto& [name, value] : page_.default_headers) {
    if (!response.header(name)) append_header(name, value, response.headers);
  }
}

}  // namespace ekiden::worker
