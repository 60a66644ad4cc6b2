// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <ekiden/app.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/app/definition.hpp"
#include "worker/dispatch/router.hpp"
#include "worker/dispatch/suites.hpp"

namespace ekiden::worker::test {

/// A front-end pack of a few made-up files, so that tests do not depend on what npm delivers.
inline Suites small_suites() {
  static constexpr std::string_view kScript = "application/javascript; charset=utf-8";
  static constexpr std::array kFiles = std::to_array<SuiteFile>({
      {"dash", "dash-renderer/build/dash_renderer.min.js", "3.4.1", kScript, "aaaaaaaaaaaaaaaa",
       "renderer()", "GZIP", "BROTLI", "https://unpkg.test/dash_renderer.js"},
      {"dash", "dash-renderer/dash_renderer.dev.js", "3.4.1", kScript, "eeeeeeeeeeeeeeee", "dev()",
       "", ""},
      {"dash", "dcc/async-graph.js", "4.5.0", kScript, "bbbbbbbbbbbbbbbb", "graph()", "", ""},
      {"dash", "deps/react@18.3.1.min.js", "18.3.1", kScript, "cccccccccccccccc", "react()", "", "",
       "https://unpkg.test/react.js"},
      {"plotly", "package_data/plotly.min.js", "3.7.0", kScript, "dddddddddddddddd", "plotly()", "",
       "", "https://cdn.test/plotly.js"},
  });
  static constexpr std::array kScripts = std::to_array<SuiteScript>({
      {"dash", "deps/react@18.3.1.min.js", true},
      {"dash", "dash-renderer/build/dash_renderer.min.js", false,
       "dash-renderer/dash_renderer.dev.js"},
  });
  return {kFiles, kScripts, R"({"dash_core_components":{"Tab":["label"]}})"};
}

/// A response whose bytes and headers are easy to compare.
struct Answer {
  int status;
  std::string type, headers, body;
};

/// An app behind its router, asked without a socket in between.
class Site {
 public:
  using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

  template <class SetUp>
  explicit Site(SetUp set_up, SiteOptions options = {}, Assets assets = {}) {
    set_up(app_);
    router_ = std::make_unique<Router>(app_.definition(), small_suites(), std::move(assets),
                                       std::move(options));
  }

  Answer ask(Method method, std::string path, Headers headers = {}, std::string body = {}) {
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.headers = std::move(headers);
    request.body = std::move(body);
    Response response;
    on_callback_thread_ =
        router_->begin(request, response) == Service::Next::run_on_callback_thread;
    if (on_callback_thread_) router_->run(request, response);
    return {response.status, std::string(response.content_type), response.headers,
            std::string(response.bytes())};
  }
  /// What the client gets if the request takes too long, and who it is laid to.
  std::pair<Answer, std::string> late(Method method, std::string path, std::string body = {}) {
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.body = std::move(body);
    Response response;
    std::string who = router_->time_out(request, response);
    return {{response.status, std::string(response.content_type), response.headers,
             std::string(response.bytes())},
            std::move(who)};
  }
  Answer get(std::string path, Headers headers = {}) {
    return ask(Method::get, std::move(path), std::move(headers));
  }
  Answer update(std::string body) {
    return ask(Method::post, "/_dash-update-component", {{"Content-Type", "application/json"}},
               std::move(body));
  }
  /// Whether the last answer was made on a callback thread.
  bool on_callback_thread() const { return on_callback_thread_; }

 private:
  App app_;
  std::unique_ptr<Router> router_;
  bool on_callback_thread_ = false;
};

}  // namespace ekiden::worker::test
