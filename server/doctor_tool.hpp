// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "server/cache_tool.hpp"

namespace ekiden::server {

/// `ekiden doctor URL`: `words` are those after "doctor". Checks a deployment from outside; the
/// exit code is 1 if something does not work, and 0 if there is nothing worse than warnings.
ToolOutput run_doctor_tool(const std::vector<std::string>& words);

}  // namespace ekiden::server
