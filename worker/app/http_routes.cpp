// SPDX-License-Identifier: MIT
// What an app says of its own routes and headers.
#include <algorithm>
#include <array>
#include <cctype>
#include <ekiden/app.hpp>

#include "worker/app/definition.hpp"
#include "worker/http/grammar.hpp"

namespace ekiden {

namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};

std::string without_first_slash(std::string_view what, std::string path) {
  if (path.size() < 2 || path.front() != '/') {
    throw Error(std::string(what) + ": the path \"" + path +
                "\" must start with '/' and name something");
  }
  path.erase(0, 1);
  if (path.starts_with("_dash-") || path == "_reload-hash" || path == "_favicon.ico") {
    throw Error(std::string(what) + ": the path \"/" + path + "\" is one of Dash's own routes");
  }
  return path;
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [field, value] : headers) {
    if (worker::grammar::equal_any_case(field, name)) return value;
  }
  return {};
}

App& App::add_route(std::string method, std::string path, HttpHandler handler) {
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
    throw Error("route: there is no method \"" + method + "\"; it is one such as GET or POST");
  }
  path = without_first_slash("route", std::move(path));
  for (const worker::HttpRoute& route : definition_->page.routes) {
    if (route.path == path && route.method == method) {
      throw Error("route: " + method + " /" + path + " has a handler already");
    }
  }
  definition_->page.routes.push_back({std::move(method), std::move(path), std::move(handler)});
  return *this;
}

App& App::add_filter(RequestFilter filter) {
  definition_->page.before_request.push_back(std::move(filter));
  return *this;
}

App& App::health_endpoint(std::string path) {
  definition_->page.health_endpoint = without_first_slash("health_endpoint", std::move(path));
  return *this;
}

App& App::default_headers(Attributes headers) {
  worker::check_headers(headers);
  definition_->page.default_headers = std::move(headers);
  return *this;
}

void worker::check_headers(const Attributes& headers) {
  constexpr std::array<std::string_view, 6> kServers = {
      "Connection", "Content-Length", "Date", "Keep-Alive", "Transfer-Encoding", "X-Request-Id"};
  for (const auto& header : headers) {
    const std::string &name = header.first, &value = header.second;
    const bool token = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
    });
    const bool text = std::all_of(value.begin(), value.end(), [](char c) {
      return static_cast<unsigned char>(c) >= 0x20 ? c != 0x7f : c == '\t';
    });
    const bool servers = std::any_of(kServers.begin(), kServers.end(), [&](std::string_view own) {
      return grammar::equal_any_case(own, name);
    });
    if (servers) throw Error("the header \"" + name + "\" is set by the server alone");
    if (!token || !text)
      throw Error("the header \"" + name + "\" has a character that none may have");
  }
}

}  // namespace ekiden
