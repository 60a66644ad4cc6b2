// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

namespace ekiden::worker {

/// From now on, a signal that ends this process (SEGV, BUS, FPE, ILL, ABRT and the like) is logged
/// with the stack of the thread that got it; then it does what it would have done. The handler only
/// notes addresses; a thread that has waited for this looks up the names and logs. If it cannot
/// within three seconds, because what it needs was held or broken by the crash, the process ends
/// without.
///
/// `master` is who aborts workers whose polling thread hangs; 0: nobody. Builds with
/// AddressSanitizer or ThreadSanitizer have reports of their own: there this does nothing. In a
/// worker, once, by its first thread and before watch_faults(). Throws std::system_error.
void watch_crashes(pid_t master);

/// From now on the calling thread is the one that polls, and that the master means.
void set_polling_thread() noexcept;

}  // namespace ekiden::worker
