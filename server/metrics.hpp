// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "server/server_state.hpp"

namespace ekiden::server {

/// The state in Prometheus' text format, version 0.0.4. Counters include workers and generations
/// that are gone.
std::string metrics_text(const ServerState& state);

}  // namespace ekiden::server
