// SPDX-License-Identifier: MIT
#include "worker/dispatch/index_page.hpp"

#include <fmt/format.h>

#include <iterator>

#include "worker/app/pathnames.hpp"
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

/// What the parts of a page are made from.
struct Sources {
  const AppDefinition& app;
  const Suites& suites;
  const Assets& assets;
  const std::string requests;  ///< the prefix of URLs
};

std::string asset_url(const Asset& asset, const Sources& from) {
  return fmt::format("{}?m={}", asset_url(from.app.page, url_encoded_path(asset.path)),
                     asset.modified);
}

std::string favicon_link(const Sources& from) {
  const Asset* own = from.assets.find("favicon.ico");
  const std::string url = own != nullptr
                              ? asset_url(*own, from)
                              : fmt::format("{}_favicon.ico?v={}", from.requests, kDashVersion);
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

std::string stylesheets(const Sources& from) {
  std::string out;
  for (const std::string& url : from.app.external_stylesheets) append_stylesheet(url, out);
  if (!from.app.page.include_assets_files) return out;
  for (const Asset& asset : from.assets.in_page_order()) {
    if (asset.path.ends_with(".css")) append_stylesheet(asset_url(asset, from), out);
  }
  return out;
}

void append_suite_scripts(const Sources& from, bool before_app_scripts, std::string& out) {
  for (const SuiteScript& script : from.suites.scripts) {
    if (script.before_app_scripts != before_app_scripts) continue;
    const SuiteFile* file = find_suite_file(from.suites.files, script.package, script.path);
    if (file == nullptr) {
      throw Error(fmt::format("the front-end pack lists {}/{} as a script but does not contain it",
                              script.package, script.path));
    }
    append_script(
        fmt::format("{}_dash-component-suites/{}", from.requests, fingerprinted_path(*file)), "",
        out);
  }
}

void append_asset_scripts(const Sources& from, std::string& out) {
  if (!from.app.page.include_assets_files) return;
  for (const Asset& asset : from.assets.in_page_order()) {
    const bool module = asset.path.ends_with(".mjs");
    if (!module && !asset.path.ends_with(".js")) continue;
    append_script(asset_url(asset, from), module ? " type=\"module\"" : "", out);
  }
}

/// Assets come before the renderer and the component libraries, so that they can define
/// window.dash_clientside functions which these then find.
std::string scripts(const Sources& from) {
  std::string out;
  append_suite_scripts(from, true, out);
  for (const std::string& url : from.app.external_scripts) append_script(url, "", out);
  append_asset_scripts(from, out);
  append_suite_scripts(from, false, out);
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
  const PageSettings& page = app.page;
  const bool ui = page.ui.value_or(options.debug);
  // props_check needs the development builds of React and the libraries, which are not in the pack.
  return fmt::format(
      R"({{"url_base_pathname":{},"requests_pathname_prefix":{},"ui":{},"props_check":false,)"
      R"("disable_version_check":{},"show_undo_redo":false,"suppress_callback_exceptions":{},)"
      R"("update_title":{},"children_props":{},"serve_locally":true,"dash_version":{},)"
      R"("python_version":null,"dash_version_url":null,"ddk_version":null,"plotly_version":{},)"
      R"("validate_callbacks":{},"csrf_token_name":"_csrf_token",)"
      R"("csrf_header_name":"X-CSRFToken","plotly_cloud_installed":true{}}})",
      page.url_base_pathname ? json_quoted(*page.url_base_pathname) : "null",
      json_quoted(pathnames_of(page).requests), ui, page.disable_version_check,
      app.suppress_callback_exceptions, text_or_null(app.update_title), suites.children_props,
      json_quoted(kDashVersion), plotly_version(suites),
      page.validate_callbacks.value_or(options.debug), ui ? R"(,"dev_tools":[])" : "");
}

std::string index_page(const AppDefinition& app, const Suites& suites, const Assets& assets,
                       const SiteOptions& options) {
  const Sources from{app, suites, assets, pathnames_of(app.page).requests};
  return fmt::format(kPage, fmt::arg("title", html_escaped(app.title)),
                     fmt::arg("favicon", favicon_link(from)), fmt::arg("css", stylesheets(from)),
                     fmt::arg("config", script_safe(config_json(app, suites, options))),
                     fmt::arg("scripts", scripts(from)));
}

}  // namespace ekiden::worker
