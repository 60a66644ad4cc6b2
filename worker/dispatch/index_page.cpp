// SPDX-License-Identifier: MIT
#include "worker/dispatch/index_page.hpp"

#include <fmt/format.h>

#include <iterator>

#include "worker/dispatch/escape.hpp"

namespace ekiden::worker {

namespace {

constexpr std::string_view kPage = R"(<!DOCTYPE html>
<html>
    <head>
      <meta http-equiv="X-UA-Compatible" content="IE=edge">
      <meta charset="UTF-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title}</title>
        {favicon}
        {css}
    </head>
    <body>

<div id="react-entry-point">
    <div class="_dash-loading">
        Loading...
    </div>
</div>

        <footer>
            <script id="_dash-config" type="application/json">{config}</script>
            {scripts}
            <script id="_dash-renderer" type="application/javascript">)"
                                   R"(var renderer = new DashRenderer();</script>
        </footer>
    </body>
</html>
)";

std::string asset_url(const Asset& asset, const SiteOptions& options) {
  return fmt::format("{}assets/{}?m={}", options.requests_pathname_prefix,
                     url_encoded_path(asset.path), asset.modified);
}

std::string favicon_link(const Assets& assets, const SiteOptions& options) {
  const Asset* own = assets.find("favicon.ico");
  const std::string url =
      own != nullptr
          ? asset_url(*own, options)
          : fmt::format("{}_favicon.ico?v={}", options.requests_pathname_prefix, kDashVersion);
  return fmt::format(R"(<link rel="icon" type="image/x-icon" href="{}">)", html_escaped(url));
}

void append_stylesheet(std::string_view url, std::string& out) {
  fmt::format_to(std::back_inserter(out), "<link rel=\"stylesheet\" href=\"{}\">\n",
                 html_escaped(url));
}

void append_script(std::string_view url, std::string_view attributes, std::string& out) {
  fmt::format_to(std::back_inserter(out), "<script{} src=\"{}\"></script>\n", attributes,
                 html_escaped(url));
}

std::string stylesheets(const AppDefinition& app, const Assets& assets,
                        const SiteOptions& options) {
  std::string out;
  for (const std::string& url : app.external_stylesheets) append_stylesheet(url, out);
  for (const Asset& asset : assets.in_page_order()) {
    if (asset.path.ends_with(".css")) append_stylesheet(asset_url(asset, options), out);
  }
  return out;
}

void append_suite_scripts(const Suites& suites, bool before_app_scripts, const SiteOptions& options,
                          std::string& out) {
  for (const SuiteScript& script : suites.scripts) {
    if (script.before_app_scripts != before_app_scripts) continue;
    const SuiteFile* file = find_suite_file(suites.files, script.package, script.path);
    if (file == nullptr) {
      throw Error(fmt::format("the front-end pack lists {}/{} as a script but does not contain it",
                              script.package, script.path));
    }
    append_script(fmt::format("{}_dash-component-suites/{}", options.requests_pathname_prefix,
                              fingerprinted_path(*file)),
                  "", out);
  }
}

/// Assets come before the renderer and the component libraries, so that they can define
/// window.dash_clientside functions which these then find.
std::string scripts(const AppDefinition& app, const Suites& suites, const Assets& assets,
                    const SiteOptions& options) {
  std::string out;
  append_suite_scripts(suites, true, options, out);
  for (const std::string& url : app.external_scripts) append_script(url, "", out);
  for (const Asset& asset : assets.in_page_order()) {
    const bool module = asset.path.ends_with(".mjs");
    if (!module && !asset.path.ends_with(".js")) continue;
    append_script(asset_url(asset, options), module ? " type=\"module\"" : "", out);
  }
  append_suite_scripts(suites, false, options, out);
  return out;
}

/// A string, or null if it is empty: Dash's update_title="" and None both mean "leave the title".
std::string text_or_null(std::string_view text) {
  return text.empty() ? "null" : json_quoted(text);
}

std::string plotly_version(const Suites& suites) {
  const SuiteFile* plotly = find_suite_file(suites.files, "plotly", "package_data/plotly.min.js");
  return plotly != nullptr ? json_quoted(plotly->version) : "null";
}

}  // namespace

std::string config_json(const AppDefinition& app, const Suites& suites,
                        const SiteOptions& options) {
  // props_check needs the development builds of React and the libraries, which are not in the pack.
  return fmt::format(
      R"({{"url_base_pathname":null,"requests_pathname_prefix":{},"ui":{},"props_check":false,)"
      R"("disable_version_check":true,"show_undo_redo":false,"suppress_callback_exceptions":{},)"
      R"("update_title":{},"children_props":{},"serve_locally":true,"dash_version":{},)"
      R"("python_version":null,"dash_version_url":null,"ddk_version":null,"plotly_version":{},)"
      R"("validate_callbacks":{},"csrf_token_name":"_csrf_token",)"
      R"("csrf_header_name":"X-CSRFToken","plotly_cloud_installed":true{}}})",
      json_quoted(options.requests_pathname_prefix), options.debug,
      app.suppress_callback_exceptions, text_or_null(app.update_title), suites.children_props,
      json_quoted(kDashVersion), plotly_version(suites), options.debug,
      options.debug ? R"(,"dev_tools":[])" : "");
}

std::string index_page(const AppDefinition& app, const Suites& suites, const Assets& assets,
                       const SiteOptions& options) {
  return fmt::format(kPage, fmt::arg("title", html_escaped(app.title)),
                     fmt::arg("favicon", favicon_link(assets, options)),
                     fmt::arg("css", stylesheets(app, assets, options)),
                     fmt::arg("config", script_safe(config_json(app, suites, options))),
                     fmt::arg("scripts", scripts(app, suites, assets, options)));
}

}  // namespace ekiden::worker
