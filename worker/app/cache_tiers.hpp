// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ekiden::shared {
struct Heritage;
}

namespace ekiden::worker {

/// Makes the cache of this process from what it inherited: the segment, and the tiers behind it
/// that the settings name. A tier that cannot be opened is left out, and the log says why.
/// REQUIRES: called once, after the fork and before the first callback.
void open_process_cache(const shared::Heritage& heritage);

/// Waits a few seconds at most for values that are on their way to the disk.
void flush_process_cache();

/// Does soon, on another thread, what the master asks for; see shared/cache_order.hpp. Anything
/// else is ignored.
void obey_cache_order(std::string_view order);

}  // namespace ekiden::worker
