// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace ekiden::worker {

/// A connection just accepted. Whoever receives it owns the descriptor.
struct Accepted {
  int descriptor = -1;
  std::string remote;  ///< "127.0.0.1", "::1", or "unix:"
};

/// The thread that accepts: all workers share the listening sockets, and the kernel hands each
/// connection to one of those that wait.
///
/// Two things keep the shares even. It takes one connection per wakeup and then waits again behind
/// its siblings: the kernel wakes the first of those that wait, and would otherwise give every
/// connection, and with them a browser's parallel callbacks, to the same idle worker. And while its
/// gate is not open it does not wait at all, so a connection goes to somebody who can serve it. The
/// listeners are watched by an epoll of this thread's own, as EPOLLEXCLUSIVE works only for direct
/// members.
///
/// Fork: construct after it. A listener's flags and state are common to all workers: it is never
/// changed or shut down here, only this process's copy is closed.
class Acceptor {
 public:
  enum class Gate {
    open,
    sibling_is_free,  ///< asked again every few milliseconds, as siblings cannot tell us
    full,             ///< asked again when wake() says that something changed
  };

  struct Options {
    std::vector<int> listeners;  ///< non-blocking; closed when accepting stops
    std::function<Gate()> gate;
    std::function<void(Accepted)> accepted;
    /// Accepting has stopped for good, every accepted connection has been handed over.
    std::function<void()> stopped;
  };

  explicit Acceptor(Options options);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor();

  /// The gate may have opened. Costs nothing while it is open.
  void wake() noexcept;
  /// If the gate has closed since it was last looked at, stops waiting for connections. For threads
  /// that filled up with requests of connections that are already here.
  void reconsider() noexcept;
  /// Takes what the kernel has already queued, so that on the last stop nobody is reset, and
  /// leaves. `stopped` is called at the end.
  void drain() noexcept;
  /// After `stopped` has been called: waits for the thread's last instructions.
  void join();

 private:
  void run();
  void arm();
  void disarm();
  void wait_and_accept();
  bool accept_one(int listener);
  void back_off();
  void accept_the_rest();
  void ring() const noexcept;

  const Options options_;
  int epoll_ = -1;
  int commands_ = -1;  // an eventfd
  bool armed_ = false;
  bool complained_ = false;  // about descriptors having run out
  std::atomic<bool> waiting_for_gate_{false};
  std::atomic<bool> draining_{false};
  std::atomic<bool> leaving_{false};  // destruction: no last round
  std::thread thread_;
};

}  // namespace ekiden::worker
