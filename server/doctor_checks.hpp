// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "server/doctor_client.hpp"

namespace ekiden::server {

enum class Level { ok, warning, error };

/// "ok", "warning" or "error".
std::string_view name_of(Level level);

/// What one check of a deployment has found, and what to do about it if it is not ok.
struct Finding {
  std::string check;
  Level level = Level::ok;
  std::string says;
  std::string remedy;
};

/// Looks at the Dash app at `url` as browsers do, and changes nothing there: what it posts is no
/// callback of any app. Never throws because of what it meets: that is a finding.
std::vector<Finding> check_deployment(const HttpUrl& url, std::chrono::milliseconds patience);

}  // namespace ekiden::server
