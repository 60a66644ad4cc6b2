// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "server/server_state.hpp"

namespace ekiden::server {

/// The state as a page for people, which renews itself every two seconds. Loads nothing.
std::string status_page(const ServerState& state);

}  // namespace ekiden::server
