// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>

#include "worker/http/callback_pool.hpp"

namespace ekiden::worker {

/// Logs callbacks whose time is over: a line, and where each was that had begun. On a thread of its
/// own, which starts with the first, since looking up names takes tens of milliseconds.
///
/// Thread safety: add and flush from any thread. Never destroyed once it has been used.
class OverdueLog {
 public:
  struct Entry {
    std::string name;  ///< "callback graph.figure (app.cpp:40)"
    std::string request_id;
    std::chrono::nanoseconds age;
    std::chrono::milliseconds limit;
    CallbackPool::GivenUp given_up;
  };

  void add(Entry entry);
  /// Waits until everything has been written, at most `patience`.
  void flush(std::chrono::milliseconds patience);

 private:
  [[noreturn]] void serve();

  std::mutex mutex_;
  std::condition_variable work_, written_;
  std::deque<Entry> entries_;  // the front stays until it has been written
  bool started_ = false;
};

}  // namespace ekiden::worker
