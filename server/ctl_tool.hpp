// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "server/cache_tool.hpp"

namespace ekiden::server {

/// `ekiden ctl …`: `words` are those after "ctl". Asks and steers a running server.
ToolOutput run_ctl_tool(const std::vector<std::string>& words);

}  // namespace ekiden::server
