// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "worker/exchange.hpp"
#include "worker/http/header_policy.hpp"

namespace ekiden::worker {

/// Takes `request.target` apart into path (percent-decoded) and query (as sent), for the forms
/// "/path?query", "http://host/path?query" and, with OPTIONS only, "*". In the second form
/// `authority` becomes the target's host, which takes precedence over the Host field.
Rejection read_target(Request& request, std::string_view& authority);

}  // namespace ekiden::worker
