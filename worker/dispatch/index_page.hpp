// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "worker/app/definition.hpp"
#include "worker/dispatch/assets.hpp"
#include "worker/dispatch/suites.hpp"

namespace ekiden::worker {

/// The Dash version whose protocol is spoken, as the dev tools show it.
inline constexpr std::string_view kDashVersion = "4.3.0";

/// Where the app lives on its host, and what it may show.
struct SiteOptions {
  bool debug = false;
  /// What the server matches, and what the browser is told; they differ behind a proxy that cuts
  /// a prefix off. Both start and end with '/'.
  std::string routes_pathname_prefix = "/", requests_pathname_prefix = "/";
};

/// The HTML document that starts the renderer.
std::string index_page(const AppDefinition& app, const Suites& suites, const Assets& assets,
                       const SiteOptions& options);

/// The text of the `_dash-config` element, before it is made safe for a script element.
std::string config_json(const AppDefinition& app, const Suites& suites, const SiteOptions& options);

}  // namespace ekiden::worker
