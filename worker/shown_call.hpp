// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "shared/running_call.hpp"

namespace ekiden::worker {

// What the present callback thread shows of the call that it is on, for `ekiden ctl`. On threads
// that show nothing these do nothing.

/// The thread's word from now on; nullptr: it shows nothing.
void show_calls_in(shared::CallWord* word) noexcept;
/// A job begins, which has been queued for so long. Shows nothing yet: the clock has been read, but
/// not what is called.
void begin_shown_call(std::uint64_t now_ns, std::uint64_t queued_ns) noexcept;
/// What the job calls, by its number in shared::Traffic.
void name_shown_call(std::uint32_t callback) noexcept;
void set_shown_call_waits(bool waits) noexcept;
void end_shown_call() noexcept;

}  // namespace ekiden::worker
