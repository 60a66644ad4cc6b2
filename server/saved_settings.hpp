// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>

#include "server/settings.hpp"

namespace ekiden::server {

/// All settings with their values, whichever way they came about.
Json saved(const Settings& settings);
/// The settings that were saved, by this version or another: what this one does not know, or does
/// not allow, it leaves out.
Settings restored_settings(const Json& saved);

}  // namespace ekiden::server
