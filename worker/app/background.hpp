// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace ekiden::worker {

/// Runs `job` soon on a thread of this process that no callback waits for; up to four at a time,
/// the others in their order. What it throws is logged. For work that may be lost with the process:
/// values that are refreshed, copies that are written to disk.
void run_in_background(std::function<void()> job);

}  // namespace ekiden::worker
