// SPDX-License-Identifier: MIT
#pragma once

#include <pthread.h>

#include <chrono>
#include <functional>
#include <utility>

namespace ekiden::shared {

/// A mutex in shared memory whose owner may be killed: the next locker is told, and repairs what
/// the dead one left. (Boost's interprocess_mutex unlocks such a mutex without marking it
/// consistent, which makes it unusable for ever.)
///
/// Fork: a child made by fork() can lock; one made by raw clone or vfork cannot, as glibc then has
/// no robust list and the kernel notices no death.
class RobustMutex {
 public:
  enum class Acquired { cleanly, after_death, timed_out };

  RobustMutex();
  RobustMutex(const RobustMutex&) = delete;
  RobustMutex& operator=(const RobustMutex&) = delete;

  Acquired acquire();
  Acquired acquire_for(std::chrono::milliseconds patience);
  /// REQUIRES: acquired after_death, and the data repaired. A locker that dies before this call
  /// leaves the next one to be told again.
  void mark_consistent();
  void release();

 private:
  Acquired judge(int result) const;
  pthread_mutex_t mutex_;
};

/// This process's handle of a RobustMutex: a lock for std::unique_lock that runs `repair` before
/// it admits anybody after a death.
class RepairingMutex {
 public:
  RepairingMutex(RobustMutex& mutex, std::function<void()> repair)
      : mutex_(mutex), repair_(std::move(repair)) {}

  void lock() { settle(mutex_.acquire()); }
  /// False if another held it all the while.
  bool try_lock_for(std::chrono::milliseconds patience) {
    return settle(mutex_.acquire_for(patience));
  }
  bool try_lock() { return try_lock_for(std::chrono::milliseconds(0)); }
  void unlock() { mutex_.release(); }

 private:
  bool settle(RobustMutex::Acquired acquired) {
    if (acquired == RobustMutex::Acquired::after_death) {
      repair_();
      mutex_.mark_consistent();
    }
    return acquired != RobustMutex::Acquired::timed_out;
  }

  RobustMutex& mutex_;
  std::function<void()> repair_;
};

}  // namespace ekiden::shared
