// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shared/dev_tools.hpp"
#include "worker/app/definition.hpp"
#include "worker/dispatch/assets.hpp"
#include "worker/dispatch/suites.hpp"

namespace ekiden::worker {

/// The Dash version whose protocol is spoken, as the dev tools show it.
inline constexpr std::string_view kDashVersion = "4.3.0";

/// What the server, not the app, says of a site.
struct SiteOptions {
  bool debug = false;  ///< dev tools are on, and responses may show internals
  shared::DevTools dev_tools = {};
  std::size_t compress_min_bytes = 0;  ///< smaller answers are not compressed; 0: none is

  bool on(shared::Switch shared::DevTools::*tool) const { return is_on(dev_tools.*tool, debug); }
};

/// False: pages load Dash's scripts from the internet. Development builds are always served here.
bool serves_locally(const PageSettings& page, const SiteOptions& options);

/// The HTML document that starts the renderer.
std::string index_page(const AppDefinition& app, const Suites& suites, const Assets& assets,
                       const SiteOptions& options);

/// The text of the `_dash-config` element, before it is made safe for a script element.
std::string config_json(const AppDefinition& app, const Suites& suites, const SiteOptions& options);

}  // namespace ekiden::worker
