// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>

#include <optional>

#include "server/descriptor.hpp"

namespace ekiden::server {

/// The signals that the master acts upon, taken one by one from a signalfd instead of interrupting
/// it. Construction blocks them in this process, ignores SIGPIPE, and sets SIGCHLD back to its
/// default, since a parent may have left it ignored and then there would be nothing to reap.
///
/// Fork: the child inherits the blocked mask; release_signals() undoes it.
class MasterSignals {
 public:
  /// Throws std::system_error.
  MasterSignals();
  int fd() const noexcept { return fd_.get(); }
  /// The next pending signal. Several of one kind may have become one.
  std::optional<int> next() const noexcept;

 private:
  Descriptor fd_;
};

/// In a child of the master: ignores what is meant for the master but reaches the whole process
/// group or everybody of that name (`pkill -HUP ekiden`, Ctrl-C), and unblocks everything.
void ignore_master_signals_in_mold() noexcept;
/// In a worker: HUP and other requests to the master stay ignored, TERM, INT and QUIT get their
/// default action until the worker says what it wants.
void release_signals_in_worker() noexcept;

}  // namespace ekiden::server
