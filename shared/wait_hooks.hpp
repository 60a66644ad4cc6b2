// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <functional>

namespace ekiden::shared {

/// What a worker wants to know of, and to say to, a thread that waits for what another one does:
/// for its computation, or for a word to change. They are called on that thread and must not throw.
struct WaitHooks {
  std::function<void()> begin = {}, end = {};  ///< around every wait
  /// Asked when a wait begins, when it is interrupted by a signal, and now and then: true if nobody
  /// needs any more what the thread waits for.
  std::function<bool()> given_up = {};
};

/// Thrown out of a wait that was given up. A thread that computes something itself goes on waiting
/// all the same, since others may wait for it.
class WaitGivenUp : public std::exception {
 public:
  const char* what() const noexcept override { return "nobody needs the result any more"; }
};

}  // namespace ekiden::shared
