// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "worker/app/page_settings.hpp"

namespace ekiden::worker {

/// Where the app lives on its host. The two differ behind a proxy that cuts a prefix off. Both
/// start and end with '/'.
struct Pathnames {
  std::string routes;    ///< what the server matches
  std::string requests;  ///< what the browser is told
};

/// Throws Error, with Dash's sentence, if the settings are ambiguous or not of that form.
Pathnames pathnames_of(const PageSettings& page);

/// The URL of the file `path` of the assets folder, without a modification time.
std::string asset_url(const PageSettings& page, std::string_view path);

}  // namespace ekiden::worker
