// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "worker/app/pathnames.hpp"
#include "worker/dispatch/escape.hpp"
#include "worker/dispatch/hot_reload.hpp"
#include "worker/dispatch/index_page.hpp"

namespace ekiden::worker {

namespace {

/// A string, or null if it is empty: Dash's update_title="" and None both mean "leave the title".
std::string text_or_null(std::string_view text) {
  return text.empty() ? "null" : json_quoted(text);
}

std::string plotly_version(const Suites& suites) {
  const SuiteFile* plotly = find_suite_file(suites.files, "plotly", "package_data/plotly.min.js");
  return plotly != nullptr ? json_quoted(plotly->version) : "null";
}

/// Its presence alone makes pages poll.
std::string hot_reload_json(const HotReload& reload) {
  if (!reload.on) return {};
  return fmt::format(R"(,"hot_reload":{{"interval":{},"max_retry":{}}})", reload.interval_ms,
                     reload.max_retry);
}

std::string validation_layout_json(const AppDefinition& app) {
  if (app.page.validation_layout.is_null() || app.suppress_callback_exceptions) return {};
  return R"(,"validation_layout":)" + app.page.validation_layout.dump();
}

}  // namespace

std::string config_json(const AppDefinition& app, const Suites& suites,
                        const SiteOptions& options) {
  const PageSettings& page = app.page;
  const bool ui = page.ui.value_or(options.debug);
  // props_check needs the development builds of React and the libraries, which are not in the pack.
  return fmt::format(
      R"({{"url_base_pathname":{},"requests_pathname_prefix":{},"ui":{},"props_check":false,)"
      R"("disable_version_check":{},"show_undo_redo":{},"suppress_callback_exceptions":{},)"
      R"("update_title":{},"children_props":{},"serve_locally":true,"dash_version":{},)"
      R"("python_version":null,"dash_version_url":null,"ddk_version":null,"plotly_version":{},)"
      R"("validate_callbacks":{},"csrf_token_name":{},"csrf_header_name":{},)"
      R"("plotly_cloud_installed":true{}{}{}}})",
      text_or_null(page.url_base_pathname.value_or("")), json_quoted(pathnames_of(page).requests),
      ui, page.disable_version_check, page.show_undo_redo, app.suppress_callback_exceptions,
      text_or_null(app.update_title), suites.children_props, json_quoted(kDashVersion),
      plotly_version(suites), page.validate_callbacks.value_or(options.debug),
      json_quoted(page.csrf_token_name), json_quoted(page.csrf_header_name),
      ui ? R"(,"dev_tools":[])" : "", hot_reload_json(hot_reload(options)),
      validation_layout_json(app));
}

}  // namespace ekiden::worker
