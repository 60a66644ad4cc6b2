// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::server {

/// What a browser would make of a Dash app's index page.
struct DashPage {
  /// JSON of the script element `_dash-config`; nullopt if there is none.
  std::optional<std::string> config;
  bool starts_renderer = false;  ///< there is a script element `_dash-renderer`
  std::string title;
  std::vector<std::string> scripts, stylesheets;  ///< URLs, in the page's order
};

/// Reads tags as far as a page of Dash needs it; any text is read without an error.
DashPage read_page(std::string_view html);

/// The bundle's or asset's version is part of its URL, so that browsers may keep it for ever:
/// "dash_renderer.v3_4_1m6f39c4df76.min.js".
bool is_fingerprinted(std::string_view url);

}  // namespace ekiden::server
