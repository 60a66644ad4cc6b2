// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/http.hpp>
#include <ekiden/json.hpp>
#include <ekiden/page.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ekiden::worker {

/// A route of the app's own.
struct HttpRoute {
  std::string method;  ///< "GET"
  std::string path;    ///< below the prefix, without the first slash; "/*" at its end: all below
  HttpHandler handler;
};

/// What an app says of its address, its page and its routes. Read-only after set-up.
struct PageSettings {
  /// As given, by the app or by `DASH_*` variables; pathnames_of says what follows from them.
  std::optional<std::string> url_base_pathname, routes_pathname_prefix, requests_pathname_prefix;
  std::optional<std::string> app_name;  ///< DASH_APP_NAME

  std::string assets_url_path = "assets";  ///< without slashes at the ends
  std::string assets_external_path;        ///< empty: this server has the assets
  /// False: scripts and stylesheets are served but not in the page.
  bool include_assets_files = true;
  /// Regular expressions for file names and folder names that are served but not in the page.
  std::string assets_ignore;
  std::vector<std::string> assets_path_ignore;

  std::string index_string;                                         ///< empty: Dash's
  std::function<std::string(const IndexParts&)> interpolate_index;  ///< instead of index_string
  std::vector<Attributes> meta_tags;
  std::vector<PageResource> external_stylesheets, external_scripts;
  RendererHooks hooks;
  /// Absolute. A change of these files and folders loads the app again, under --debug.
  std::vector<std::string> extra_hot_reload_paths;
  Json validation_layout;  ///< null: none
  bool show_undo_redo = false;
  bool eager_loading = false;
  bool compress = false;      ///< answers of callbacks and of the layout function, too
  bool serve_locally = true;  ///< false: pages load Dash's scripts from the internet
  std::string csrf_token_name = "_csrf_token", csrf_header_name = "X-CSRFToken";

  std::vector<HttpRoute> routes;
  std::vector<RequestFilter> before_request;
  std::string health_endpoint;  ///< below the prefix; empty: none
  Attributes default_headers;
};

/// Throws Error for a header that would break a response's head, or that only the server sets.
void check_headers(const Attributes& headers);

/// The script that starts the renderer, without its element.
std::string renderer_script(const RendererHooks& hooks);

}  // namespace ekiden::worker
