// SPDX-License-Identifier: MIT
#include "worker/app/pathnames.hpp"

#include <ekiden/app.hpp>

#include "worker/app/definition.hpp"

namespace ekiden {

namespace worker {

namespace {

[[noreturn]] void ambiguous(const std::string& other, const std::string& remedy) {
  throw Error("You supplied `url_base_pathname` and `" + other + "`. This is ambiguous. " + remedy +
              " `url_base_pathname` sets both prefixes to the same value; if they must differ, set "
              "`requests_pathname_prefix` (what the browser asks for) and "
              "`routes_pathname_prefix` (what the server matches) instead.");
}

void check(bool starts, const char* setting, const char* what, const std::string& value) {
  if (starts) return;
  throw Error("`" + std::string(setting) + "` needs to " + what + " with `/`, but it is \"" +
              value + '"');
}

std::string_view without_slashes_around(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

std::string without_last_slashes(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

}  // namespace

Pathnames pathnames_of(const PageSettings& page) {
  const auto& base = page.url_base_pathname;
  if (base && page.requests_pathname_prefix) {
    ambiguous("requests_pathname_prefix",
              "To fix this, set `routes_pathname_prefix` instead of `url_base_pathname`.");
  }
  if (base && page.routes_pathname_prefix) {
    ambiguous("routes_pathname_prefix",
              "To fix this, set `requests_pathname_prefix` instead of `url_base_pathname`.");
  }
  const char* routes_setting = base ? "url_base_pathname" : "routes_pathname_prefix";
  Pathnames names;
  names.routes = base ? *base : page.routes_pathname_prefix.value_or("/");
  check(names.routes.starts_with('/'), routes_setting, "start", names.routes);
  check(names.routes.ends_with('/'), routes_setting, "end", names.routes);
  names.requests = page.requests_pathname_prefix.value_or(
      page.app_name ? "/" + *page.app_name + names.routes : names.routes);
  check(names.requests.starts_with('/'), "requests_pathname_prefix", "start", names.requests);
  if (!names.requests.ends_with('/')) names.requests += '/';
  return names;
}

std::string asset_url(const PageSettings& page, std::string_view path) {
  const std::string base =
      page.assets_external_path.empty() ? pathnames_of(page).requests : page.assets_external_path;
  std::string url = without_last_slashes(base) + '/';
  const std::string_view folder = without_slashes_around(page.assets_url_path);
  if (!folder.empty()) url.append(folder) += '/';
  return url.append(path);
}

}  // namespace worker

App& App::url_base_pathname(std::string path) {
  definition_->page.url_base_pathname = std::move(path);
  return *this;
}

App& App::routes_pathname_prefix(std::string prefix) {
  definition_->page.routes_pathname_prefix = std::move(prefix);
  return *this;
}

App& App::requests_pathname_prefix(std::string prefix) {
  definition_->page.requests_pathname_prefix = std::move(prefix);
  return *this;
}

std::string App::get_asset_url(std::string_view path) const {
  return worker::asset_url(definition_->page, path);
}

std::string App::get_relative_path(std::string_view path) const {
  std::string requests = worker::pathnames_of(definition_->page).requests;
  if (path.empty()) return requests;
  if (!path.starts_with('/')) {
    throw Error("get_relative_path: the path \"" + std::string(path) +
                "\" must start with `/`, or be empty for the app's own address");
  }
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  return requests.append(path);
}

std::string App::strip_relative_path(std::string_view path) const {
  const std::string requests = worker::pathnames_of(definition_->page).requests;
  const auto prefix = std::string_view(requests).substr(0, requests.size() - 1);
  const bool below = path.starts_with(prefix) &&
                     (path.size() == prefix.size() ? !prefix.empty() : path[prefix.size()] == '/');
  if (!below) {
    throw Error("strip_relative_path: the path \"" + std::string(path) +
                "\" does not start with the app's requests_pathname_prefix \"" + requests + '"');
  }
  return std::string(worker::without_slashes_around(path.substr(prefix.size())));
}

}  // namespace ekiden
