// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ekiden::shared {
struct Heritage;
}

namespace ekiden::worker {

/// In a worker: where to ask.
void set_master(const shared::Heritage& heritage);

/// Asks the master, once, for another worker in place of this one, which serves until that is
/// ready. `reason` goes on after "worker 3 will be replaced: ". Without a master nothing happens.
/// Thread safety: any; takes one system call.
void ask_for_replacement(std::string_view reason);

}  // namespace ekiden::worker
