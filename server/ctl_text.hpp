// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>
#include <string>

namespace ekiden::server {

// Results of the commands server.status, server.workers and server.callbacks as people read them.
std::string status_text(const Json& status);
std::string workers_text(const Json& workers);
/// What the workers do, from the same result: the calls that run or are queued, the oldest first.
std::string calls_text(const Json& workers);
std::string callbacks_text(const Json& callbacks);

}  // namespace ekiden::server
