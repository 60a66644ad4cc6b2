// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace ekiden::worker {

/// The icon of apps that bring none: an .ico file of 16 × 16 pixels, a relay baton.
std::string default_favicon();

}  // namespace ekiden::worker
