// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>

#include <array>
#include <cstddef>
#include <map>
#include <string>

namespace ekiden::server {

/// What a process holds that its forked children would share or miss: threads, descriptors, timers,
/// signal handlers, children. Workers are forked from the mold, so an app whose set-up leaves one
/// of them behind would work in the mold and fail in a worker, or only in the second worker.
class Inventory {
 public:
  static Inventory take();

  /// One sentence about the first thing that this process has now and did not have then, such as
  /// "the app left descriptor 7 open (socket:[4711])"; empty if there is none. Waits up to 200 ms
  /// for threads that have been joined but are not quite gone.
  std::string left_behind_since() const;

 private:
  std::string extra_thread() const;
  std::string extra_descriptor() const;
  std::string extra_handler() const;
  std::string extra_timer() const;

  std::size_t threads_ = 1;
  std::map<int, std::string> descriptors_;
  std::array<struct sigaction, NSIG> handlers_{};
  std::string timers_;
};

}  // namespace ekiden::server
