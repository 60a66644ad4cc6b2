// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "server/settings.hpp"

namespace ekiden::server {

enum ExitCode : int {
  kDone = 0,
  kSystemError = 1,  ///< cannot bind, out of memory or processes
  kUsageError = 2,
  kBootError = 3,  ///< a worker does not start
  kAppError = 4,   ///< the app is not found or does not load
};

/// What to print instead of serving: help to stdout, or one line to stderr.
struct Answer {
  int exit_code = kDone;
  std::string text;
};

using Environment = std::map<std::string, std::string>;
/// That of this process.
Environment environment_variables();

/// Settings from, in rising order: defaults (which PORT and WEB_CONCURRENCY change), the file of
/// --config, variables (EKIDEN_* and those of gunicorn, Dash and Flask-Caching), the options in
/// EKIDEN_CMD_ARGS, the command line. `arguments` are without the program's name. A value that is
/// not allowed gives an Answer that names where it came from and what is allowed.
std::variant<Settings, Answer> parse_command_line(const std::vector<std::string>& arguments,
                                                  const Environment& environment);

}  // namespace ekiden::server
