// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "server/cache_tool.hpp"

namespace ekiden::server {

/// `ekiden apps`: `words` are those after "apps". A line for each app that `ekiden NAME` would
/// find in these folders; loads none of them.
ToolOutput run_apps_tool(const std::vector<std::string>& words,
                         const std::vector<std::filesystem::path>& folders);

}  // namespace ekiden::server
