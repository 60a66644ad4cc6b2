// SPDX-License-Identifier: MIT
#include "worker/dispatch/router.hpp"

#include <cxxabi.h>
#include <fmt/format.h>

#include <ekiden/update.hpp>
#include <optional>
#include <utility>

#include "shared/log.hpp"
#include "shared/traffic.hpp"
#include "worker/app/exception_text.hpp"
#include "worker/dispatch/answer_compression.hpp"
#include "worker/dispatch/byte_range.hpp"
#include "worker/dispatch/dependencies.hpp"
#include "worker/dispatch/error_page.hpp"
#include "worker/dispatch/escape.hpp"
#include "worker/dispatch/favicon.hpp"
#include "worker/dispatch/global_write.hpp"
#include "worker/dispatch/suites.hpp"
#include "worker/http/grammar.hpp"
#include "worker/json/reader.hpp"
#include "worker/seal/app_call.hpp"
#include "worker/seal/violation.hpp"
#include "worker/shown_call.hpp"

namespace ekiden::worker {

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kUpdateComponent = "_dash-update-component";
constexpr std::string_view kLayout = "_dash-layout";
constexpr std::string_view kSuites = "_dash-component-suites/";

/// The part of `path` that names a route, or nullopt if it lies outside the app.
std::optional<std::string_view> below(std::string_view prefix, std::string_view path) {
  if (!path.starts_with(prefix)) return std::nullopt;
  return path.substr(prefix.size());
}

/// True for "application/json", with any parameters.
bool is_json(std::string_view content_type) {
  return grammar::equal_any_case(grammar::trim(content_type.substr(0, content_type.find(';'))),
                                 kJson);
}

/// The callback that a request is for, if its body begins as the renderer writes it: cheap enough
/// to look before the body is parsed. Empty otherwise; nothing but speed depends on it.
std::string_view first_output(std::string_view body) {
  constexpr std::string_view kBegin = R"({"output":")";
  if (!body.starts_with(kBegin)) return {};
  body.remove_prefix(kBegin.size());
  const std::string_view text = body.substr(0, body.find('"'));
  return text.find('\\') == std::string_view::npos ? text : std::string_view();
}

/// When there is no memory even for an error page.
void send_bare_error(Response& response) noexcept {
  response.clear();
  response.status = 500;
  response.content_type = "text/plain; charset=utf-8";
  response.static_body = "500 Internal Server Error\n";
}

}  // namespace

Router::Router(const AppDefinition& app, const Suites& suites, Assets assets, SiteOptions options)
    : app_(app),
      suites_(suites),
      assets_(std::move(assets)),
      options_(std::move(options)),
      pathnames_(pathnames_of(app.page)),
      assets_below_(app.page.assets_url_path + '/'),
      http_routes_(app.page, options_.debug),
      callbacks_(app),
      update_component_(callbacks_, options_.debug, options_.on(&shared::DevTools::prune_errors)),
      index_(index_page(app_, suites_, assets_, options_), "text/html; charset=utf-8"),
      dependencies_(dependencies_json(app_), kJson),
      favicon_(default_favicon(), "image/x-icon"),
      reload_answer_({}, index_.view().identity, asset_url(app.page, ""), pathnames_.requests) {
  if (!app_.layout_function) layout_ = PreparedContent(app_.layout.dump(), kJson);
}

void Router::set_reload_state(ReloadState state) {
  reload_answer_ = ReloadAnswer(std::move(state), index_.view().identity, asset_url(app_.page, ""),
                                pathnames_.requests);
}

void Router::number_calls(shared::Traffic& traffic) {
  callbacks_.number_by(traffic);
  layout_number_ = traffic.callback("(layout function)");
  route_number_ = traffic.callback("(route)");
}

Service::Next Router::begin(Request& request, Response& response) noexcept {
  response.clear();
  try {
    const Next next = begin_unguarded(request, response);
    if (next == Next::send) http_routes_.add_default_headers(response);
    return next;
  } catch (...) {
    send_bare_error(response);
    return Next::send;
  }
}

void Router::run(const Request& request, Response& response) noexcept {
  response.clear();
  try {
    run_unguarded(request, response);
    http_routes_.add_default_headers(response);
    if (response.compressible) compress_answer(request, options_.compress_min_bytes, response);
  } catch (...) {
    send_bare_error(response);
  }
}

std::string Router::time_out(const Request& request, Response& response) noexcept {
  response.clear();
  std::string who = "a request";
  try {
    const CallbackEntry* entry = callback_of(request);
    who = entry != nullptr ? fmt::format("callback {} ({})", entry->id, entry->definition->where)
                           : name_of_other(request);
    if (options_.debug) {
      send_debug_timeout(
          {entry != nullptr ? entry->id : who, entry != nullptr ? entry->definition->where : "",
           "RequestTimeout", "no answer within --request-timeout"},
          response);
    } else {
      send_timeout(response);
    }
    if (entry != nullptr) response.callback = entry->id;
    http_routes_.add_default_headers(response);
  } catch (...) {
    send_bare_error(response);
  }
  return who;
}

std::uint32_t Router::call_of(const Request& request) const noexcept {
  try {
    if (below(pathnames_.routes, request.path) == kLayout) return layout_number_;
    if (below(pathnames_.routes, request.path) != kUpdateComponent) return route_number_;
    const CallbackEntry* entry = callback_of(request);
    return entry != nullptr ? entry->number : 0;
  } catch (...) {
    return 0;
  }
}

const CallbackEntry* Router::callback_of(const Request& request) const {
  if (below(pathnames_.routes, request.path) != kUpdateComponent) return nullptr;
  const auto output = read_text_member(request.body, "output");
  return output ? callbacks_.find(*output) : nullptr;
}

std::string Router::name_of_other(const Request& request) const {
  const bool layout = below(pathnames_.routes, request.path) == kLayout;
  return layout ? "the layout function" : "route " + method_and_path(request);
}

/// What each page asks for first. Filters of the app may have reasons to refuse them.
std::string Router::check_health() noexcept {
  for (const std::string_view name :
       {std::string_view(), kLayout, std::string_view("_dash-dependencies")}) {
    Request request;
    request.path = pathnames_.routes + std::string(name);
    request.target = request.path;
    Response response;
    if (begin(request, response) == Next::run_on_callback_thread) run(request, response);
    if (response.status >= 500) {
      return fmt::format("it answers GET {} with {}", request.path, response.status);
    }
  }
  return {};
}

Service::Next Router::begin_unguarded(const Request& request, Response& response) const {
  if (is_health_check(request)) {
    response.content_type = "text/plain; charset=utf-8";
    response.static_body = "OK";
    return Next::send;
  }
  return http_routes_.filters() ? Next::run_on_callback_thread : route(request, response);
}

void Router::run_unguarded(const Request& request, Response& response) const {
  if (http_routes_.filters()) {
    if (http_routes_.filter(request, response)) return;
    if (route(request, response) == Next::send) return;
  }
  const auto name = below(pathnames_.routes, request.path).value_or("");
  if (name == kUpdateComponent) {
    update_component_.run(request, response);
    response.compressible = app_.page.compress;
  } else if (name == kLayout) {
    name_shown_call(layout_number_);
    send_layout(request, response);
    response.compressible = app_.page.compress;
  } else {
    name_shown_call(route_number_);
    http_routes_.run(name, request, response);
  }
}

bool Router::is_health_check(const Request& request) const {
  const std::string& endpoint = app_.page.health_endpoint;
  return !endpoint.empty() && (request.method == Method::get || request.method == Method::head) &&
         below(pathnames_.routes, request.path) == endpoint;
}

Service::Next Router::route(const Request& request, Response& response) const {
  const auto name = below(pathnames_.routes, request.path);
  if (!name) return route_outside(request, response);
  if (*name == kUpdateComponent) return route_post(*name, request, response);
  const HttpRoutes::Match own = http_routes_.match(*name, request, response);
  if (own == HttpRoutes::Match::found) return Next::run_on_callback_thread;
  if (own == HttpRoutes::Match::other_method) return Next::send;
  if (request.method != Method::get && request.method != Method::head) {
    send_method_not_allowed(request, "GET, HEAD", response);
    return Next::send;
  }
  return route_get(*name, request, response);
}

Service::Next Router::route_outside(const Request& request, Response& response) const {
  const auto rest = below(request.path, pathnames_.routes);
  if (rest != "/") {
    send_not_found(response);
    return Next::send;
  }
  // "/app" instead of "/app/": without the slash the browser would resolve relative links wrongly.
  response.status = 308;
  response.headers = "Location: " + url_encoded_path(pathnames_.requests);
  if (!request.query.empty()) response.headers.append("?").append(request.query);
  response.headers += "\r\n";
  return Next::send;
}

Service::Next Router::route_post(std::string_view, const Request& request,
                                 Response& response) const {
  if (request.method != Method::post) {
    send_method_not_allowed(request, "POST", response);
    return Next::send;
  }
  if (!is_json(request.header("Content-Type"))) {
    send_unsupported_media_type(response);
    return Next::send;
  }
  if (const CallbackEntry* entry = callbacks_.find(first_output(request.body))) {
    response.callback = entry->id;
  }
  return Next::run_on_callback_thread;
}

Service::Next Router::route_get(std::string_view name, const Request& request,
                                Response& response) const {
  if (name == kLayout) {
    if (app_.layout_function) return Next::run_on_callback_thread;
    send_static(layout_.view(), Caching::revalidate, request, response);
  } else if (name == "_dash-dependencies") {
    send_static(dependencies_.view(), Caching::revalidate, request, response);
  } else if (const auto suite = below(kSuites, name)) {
    send_suite_file(suites_.files, *suite, request, response);
  } else if (const auto asset = below(assets_below_, name)) {
    send_asset(*asset, request, response);
  } else if (name == "_favicon.ico") {
    send_static(favicon_.view(), Caching::revalidate, request, response);
  } else if (name == "_reload-hash") {
    response.content_type = kJson;
    response.headers = "Cache-Control: no-store\r\n";
    response.body = options_.on(&shared::DevTools::hot_reload) ? reload_answer_.json()
                                                               : std::string(ReloadAnswer::off());
  } else if (name == kBuildErrorSheet) {
    response.content_type = "text/css; charset=utf-8";
    response.headers = "Cache-Control: no-store\r\n";
    response.body = reload_answer_.error_sheet();
  } else {
    // Any other path is a page of the app: the browser's side decides what to show.
    send_static(index_.view(), Caching::revalidate, request, response);
  }
  return Next::send;
}

void Router::send_asset(std::string_view path, const Request& request, Response& response) const {
  if (const Asset* asset = assets_.find(path)) {
    send_static_ranges(asset->content.view(), Caching::revalidate, request, response);
  } else {
    send_not_found(response);
  }
}

void Router::send_layout(const Request& request, Response& response) const {
  const RefusedCode code{"the", "layout function", {}};
  try {
    in_app_code([&] { return app_.layout_function(); }).write(response.body);
    if (violations_noted() > 0) report_passed_write(code, request);
    response.content_type = kJson;
    response.headers += "Cache-Control: no-store\r\n";
  } catch (const GlobalWrite&) {
    const Failure failure = refused_write(code, request, options_.debug);
    options_.debug ? send_debug_error(failure, response) : send_internal_error(response);
  } catch (const WaitCancelled&) {
    return;  // the client has its answer
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    const ExceptionText exception = current_exception_text();
    const Failure failure{"layout", {}, exception.type, exception.message};
    shared::log(shared::LogLevel::error, "layout function: {}", type_and_message(failure));
    options_.debug ? send_debug_error(failure, response) : send_internal_error(response);
  }
}

}  // namespace ekiden::worker
