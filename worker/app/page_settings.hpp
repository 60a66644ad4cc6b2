// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace ekiden::worker {

/// What an app says of its address, its page and its routes. Read-only after set-up.
struct PageSettings {
  /// As given, by the app or by `DASH_*` variables; pathnames_of says what follows from them.
  std::optional<std::string> url_base_pathname, routes_pathname_prefix, requests_pathname_prefix;
  std::optional<std::string> app_name;  ///< DASH_APP_NAME

  std::string assets_url_path = "assets";
  std::string assets_external_path;  ///< empty: this server has the assets
  bool include_assets_files = true;  ///< false: scripts and styles are served but not in the page

  std::optional<bool> ui, validate_callbacks;  ///< dev tools; nullopt: as `--debug` says
  bool disable_version_check = true;
};

}  // namespace ekiden::worker
