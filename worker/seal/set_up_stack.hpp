// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "worker/seal/loaded_objects.hpp"

namespace ekiden::worker {

/// Runs `body`, the app's set-up, on a stack of its own that stays mapped: its pages can be made
/// inaccessible afterwards, so that a callback which captured a local variable of set-up by
/// reference faults instead of reading what lies there by then. Once per process.
///
/// It is the stack of a thread that has ended when the call returns, because sanitizers and
/// debuggers know threads. Throws std::system_error if there is no memory or thread; what `body`
/// throws ends the process.
void run_on_own_stack(const std::function<void()>& body);

/// Where that was; empty if it never was.
AddressRange set_up_stack() noexcept;

}  // namespace ekiden::worker
