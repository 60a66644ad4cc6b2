// SPDX-License-Identifier: MIT
#include "shared/robust_mutex.hpp"

#include <time.h>

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ekiden::shared {
namespace {

/// Fails only for a corrupt mutex: the segment can no longer be trusted.
[[noreturn]] void broken(const char* call, int error) {
  std::fprintf(stderr, "cache: %s on the writer lock: %s\n", call, std::strerror(error));
  std::abort();
}

}  // namespace

RobustMutex::RobustMutex() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  const int error = pthread_mutex_init(&mutex_, &attributes);
  pthread_mutexattr_destroy(&attributes);
  if (error != 0) broken("pthread_mutex_init", error);
}

RobustMutex::Acquired RobustMutex::judge(int result) const {
  switch (result) {
    case 0:
      return Acquired::cleanly;
    case EOWNERDEAD:
      return Acquired::after_death;
    case EBUSY:
    case ETIMEDOUT:
      return Acquired::timed_out;
    default:
      broken("lock", result);
  }
}

RobustMutex::Acquired RobustMutex::acquire() { return judge(pthread_mutex_lock(&mutex_)); }

RobustMutex::Acquired RobustMutex::acquire_for(std::chrono::milliseconds patience) {
  if (patience.count() <= 0) return judge(pthread_mutex_trylock(&mutex_));
  // Not the monotonic pthread_mutex_clocklock, which ThreadSanitizer does not know. A clock set
  // meanwhile makes one call give up early or late; its callers call again.
  timespec deadline{};
  clock_gettime(CLOCK_REALTIME, &deadline);
  const long long nanoseconds = deadline.tv_nsec + patience.count() * 1'000'000LL;
  deadline.tv_sec += static_cast<time_t>(nanoseconds / 1'000'000'000LL);
  deadline.tv_nsec = static_cast<long>(nanoseconds % 1'000'000'000LL);
  const int result = pthread_mutex_timedlock(&mutex_, &deadline);
#if defined(__SANITIZE_THREAD__)
  // Of this call it knows success only.
  if (result == EOWNERDEAD) {
    __tsan_mutex_pre_lock(&mutex_, __tsan_mutex_try_lock);
    __tsan_mutex_post_lock(&mutex_, __tsan_mutex_try_lock, 0);
  }
#endif
  return judge(result);
}

void RobustMutex::mark_consistent() {
  if (const int error = pthread_mutex_consistent(&mutex_))
    broken("pthread_mutex_consistent", error);
}

void RobustMutex::release() {
  if (const int error = pthread_mutex_unlock(&mutex_)) broken("pthread_mutex_unlock", error);
}

}  // namespace ekiden::shared
