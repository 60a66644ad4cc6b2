// SPDX-License-Identifier: MIT
#include "worker/app/environment.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <ekiden/json.hpp>

#include "worker/app/definition.hpp"

namespace ekiden::worker {

namespace {

template <int (*Change)(int)>
std::string in_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(Change(c)); });
  return text;
}

}  // namespace

std::optional<std::string> dash_variable(std::string_view name) {
  const std::string variable = "DASH_" + std::string(name);
  for (const std::string& spelling : {variable, in_case<std::tolower>(variable)}) {
    if (const char* value = std::getenv(spelling.c_str())) return value;
  }
  return std::nullopt;
}

std::optional<bool> dash_flag(std::string_view name) {
  const auto text = dash_variable(name);
  if (!text) return std::nullopt;
  const std::string value = in_case<std::tolower>(*text);
  if (value == "true") return true;
  if (value == "false") return false;
  throw Error("DASH_" + std::string(name) + " is \"" + *text + "\" but must be true or false");
}

void apply_dash_environment(AppDefinition& app) {
  PageSettings& page = app.page;
  page.url_base_pathname = dash_variable("URL_BASE_PATHNAME");
  page.routes_pathname_prefix = dash_variable("ROUTES_PATHNAME_PREFIX");
  page.requests_pathname_prefix = dash_variable("REQUESTS_PATHNAME_PREFIX");
  page.app_name = dash_variable("APP_NAME");
  page.assets_external_path = dash_variable("ASSETS_EXTERNAL_PATH").value_or("");
  page.include_assets_files = dash_flag("INCLUDE_ASSETS_FILES").value_or(true);
  page.compress = dash_flag("COMPRESS").value_or(page.compress);
  app.suppress_callback_exceptions =
      dash_flag("SUPPRESS_CALLBACK_EXCEPTIONS").value_or(app.suppress_callback_exceptions);
}

}  // namespace ekiden::worker
