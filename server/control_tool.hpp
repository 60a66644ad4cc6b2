// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <ekiden/json.hpp>
#include <functional>
#include <string>
#include <vector>

#include "server/cache_tool.hpp"

namespace ekiden::server {

// What `ekiden cache` and `ekiden ctl` have in common.

struct ControlOptions {
  bool json = false;
  std::string control_socket;
};

void declare_control_options(CLI::App& program, const std::string& name,
                             const std::string& description, ControlOptions& into);

/// The result in an answer. Throws std::runtime_error with the server's words if it is an error.
Json result_of(const std::string& answer);
/// The result of a command of the chosen server. Throws std::runtime_error.
Json ask_for(const ControlOptions& options, Json::Object request,
             std::chrono::milliseconds patience);

/// Reads `words` by `program`, then calls `ask`; turns what they throw into output and exit code.
ToolOutput run_control_tool(CLI::App& program, const std::vector<std::string>& words,
                            const std::function<ToolOutput()>& ask);

}  // namespace ekiden::server
