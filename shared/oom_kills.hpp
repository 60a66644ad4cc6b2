// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace ekiden::shared {

/// How many processes the kernel has killed for want of memory, as the control group of this
/// process counts them (version 2 or 1), or else the machine.
struct OomKills {
  std::uint64_t count = 0;
  std::string counted_in;  ///< the file; empty if there is none
};

/// `root` stands before /proc and /sys; tests give a folder of their own.
OomKills oom_kills(const std::string& root = "");

/// Tells of each process that was killed whether it was for that. The kernel counts before it
/// kills.
class OomWatch {
 public:
  explicit OomWatch(std::string root = "");

  /// A process was killed by SIGKILL, and by nobody that we know: " for want of memory: …" if the
  /// count has risen by one more, or what else can be said.
  std::string explain();

 private:
  const std::string root_;
  std::uint64_t explained_;
};

}  // namespace ekiden::shared
