// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ekiden::worker {

struct AppDefinition;

/// The environment variable `DASH_<name>`, or the same in small letters; nullopt if neither is set.
/// Not thread-safe against setenv: read in set-up only.
std::optional<std::string> dash_variable(std::string_view name);

/// The same as a boolean: `true` or `false` in any case. Throws Error naming the variable if it is
/// anything else.
std::optional<bool> dash_flag(std::string_view name);

/// Gives an app the defaults that `DASH_*` variables set; what the app says itself comes later and
/// wins. Throws Error naming a variable that cannot be read.
void apply_dash_environment(AppDefinition& app);

}  // namespace ekiden::worker
