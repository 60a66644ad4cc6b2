// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "server/cli.hpp"

namespace ekiden::server {

/// What a subcommand prints, and where: `note` goes to stderr.
struct ToolOutput {
  int exit_code = kDone;
  std::string text, note;
};

/// `ekiden cache …`: `words` are those after "cache". Asks a running server.
ToolOutput run_cache_tool(const std::vector<std::string>& words);

/// An answer of the server as people read it; see control_commands.hpp. For tests.
std::string cache_answer_text(const std::string& command, const std::string& answer);

}  // namespace ekiden::server
