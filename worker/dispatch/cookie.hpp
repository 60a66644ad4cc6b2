// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace ekiden::worker {

/// A cookie's value as Python's http.cookies writes it: as it is, or in quotes, with a backslash
/// before quotes and backslashes and three octal digits for what a header must not have.
std::string quoted_cookie(std::string_view value);

/// The opposite; what is not in quotes stays as it is.
std::string unquoted_cookie(std::string_view text);

}  // namespace ekiden::worker
