// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "worker/app/layout_index.hpp"
#include "worker/app/pathnames.hpp"
#include "worker/dispatch/escape.hpp"
#include "worker/dispatch/index_page.hpp"

namespace ekiden::worker {

namespace {

/// Asked by pages, with their versions, unless disable_version_check is on.
constexpr std::string_view kVersionUrl = "https://dash-version.plotly.com:8080/current_version";

/// A string, or null if it is empty: Dash's update_title="" and None both mean "leave the title".
std::string text_or_null(std::string_view text) {
  return text.empty() ? "null" : json_quoted(text);
}

std::string plotly_version(const Suites& suites) {
  const SuiteFile* plotly = find_suite_file(suites.files, "plotly", "package_data/plotly.min.js");
  return plotly != nullptr ? json_quoted(plotly->version) : "null";
}

/// Its presence alone makes pages poll.
std::string hot_reload_json(const SiteOptions& options) {
  if (!options.on(&shared::DevTools::hot_reload)) return {};
  return fmt::format(R"(,"hot_reload":{{"interval":{},"max_retry":{}}})",
                     options.dev_tools.hot_reload_interval.count(),
                     options.dev_tools.hot_reload_max_retry);
}

/// Where pages find plotly.js if not here.
std::string plotlyjs_url_json(const PageSettings& page, const Suites& suites,
                              const SiteOptions& options) {
  const SuiteFile* plotly = find_suite_file(suites.files, "plotly", "package_data/plotly.min.js");
  if (serves_locally(page, options) || plotly == nullptr) return {};
  return R"(,"plotlyjs_url":)" + json_quoted(plotly->public_url);
}

/// What the browser checks the ids of callbacks against. What a layout function gives changes from
/// page to page, so that what it gave in set-up counts (section 2.21 of the wire protocol).
std::string validation_layout_json(const AppDefinition& app) {
  if (app.suppress_callback_exceptions) return {};
  const Json& own = app.page.validation_layout;
  if (own.is_null() && !app.layout_function) return {};
  return R"(,"validation_layout":)" + (own.is_null() ? ids_only(app.layout) : own).dump();
}

}  // namespace

std::string config_json(const AppDefinition& app, const Suites& suites,
                        const SiteOptions& options) {
  const PageSettings& page = app.page;
  using shared::DevTools;
  const bool ui = options.on(&DevTools::ui), checks = !options.dev_tools.disable_version_check;
  return fmt::format(
      R"({{"url_base_pathname":{},"requests_pathname_prefix":{},"ui":{},"props_check":{},)"
      R"("disable_version_check":{},"show_undo_redo":{},"suppress_callback_exceptions":{},)"
      R"("update_title":{},"children_props":{},"serve_locally":{},"dash_version":{},)"
      R"("python_version":null,"dash_version_url":{},"ddk_version":null,"plotly_version":{},)"
      R"("validate_callbacks":{},"csrf_token_name":{},"csrf_header_name":{},)"
      R"("plotly_cloud_installed":true{}{}{}{}}})",
      text_or_null(page.url_base_pathname.value_or("")), json_quoted(pathnames_of(page).requests),
      ui, options.on(&DevTools::props_check), !checks, page.show_undo_redo,
      app.suppress_callback_exceptions, text_or_null(app.update_title), suites.children_props,
      serves_locally(page, options), json_quoted(kDashVersion),
      checks ? json_quoted(kVersionUrl) : "null", plotly_version(suites),
      options.on(&DevTools::validate_callbacks), json_quoted(page.csrf_token_name),
      json_quoted(page.csrf_header_name), ui ? R"(,"dev_tools":[])" : "", hot_reload_json(options),
      plotlyjs_url_json(page, suites, options), validation_layout_json(app));
}

}  // namespace ekiden::worker
