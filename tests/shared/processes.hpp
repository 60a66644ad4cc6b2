// SPDX-License-Identifier: MIT
#pragma once

#include "shared/clock.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <new>
#include <sstream>
#include <string>
#include <utility>

// Real processes for the tests of what processes share.
namespace ekiden::shared {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

/// True as soon as `condition` is; false if it is not within `seconds`.
inline bool eventually(const std::function<bool()>& condition, unsigned seconds = 30) {
  const std::uint64_t deadline = monotonic_ns() + seconds * 1'000'000'000ULL;
  while (!condition()) {
    if (monotonic_ns() > deadline) return false;
    poll(nullptr, 0, 1);
  }
  return true;
}

/// A forked process that runs `body` and exits with its result. Killed by the destructor.
class Child {
 public:
  explicit Child(const std::function<int()>& body) : pid_(fork()) {
    if (pid_ != 0) return;
    int result = 99;
    try {
      result = body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
    }
    _exit(result);
  }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  Child& operator=(Child&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
  }
  ~Child() {
    if (pid_ > 0) kill_and_wait();
  }

  pid_t pid() const { return pid_; }
  void signal(int number) const { kill(pid_, number); }
  /// The status of waitpid().
  int wait() {
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    return status;
  }
  /// The exit code, or 1000 + the signal that ended it.
  int exit_code() {
    const int status = wait();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  /// As exit_code, but a child that hangs is killed.
  int exit_code_within(unsigned seconds) {
    int status = 0;
    if (!eventually([&] { return waitpid(pid_, &status, WNOHANG) != 0; }, seconds)) {
      kill_and_wait();
      return -1;
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  void kill_and_wait() {
    signal(SIGKILL);
    wait();
  }
  /// Blocks until the child has stopped itself.
  bool stopped() const {
    int status = 0;
    return waitpid(pid_, &status, WUNTRACED) == pid_ && WIFSTOPPED(status);
  }

 private:
  pid_t pid_;
};

/// One T, zeroed, in memory that children share.
template <class T>
class SharedObject {
 public:
  SharedObject()
      : object_(new (mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                          -1, 0)) T{}) {}
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;
  ~SharedObject() { munmap(static_cast<void*>(object_), sizeof(T)); }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }

 private:
  T* object_;
};

/// What a process's memory costs, in bytes: of pages that n processes share, it bears 1/n.
/// A sanitizer's own memory is nobody's: then only the shared part is weighed.
inline std::size_t proportional_set_size(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word;
    std::size_t kib = 0;
    if (words >> word >> kib && word == (kSanitized ? "Pss_Shmem:" : "Pss:")) return kib * 1024;
  }
  return 0;
}

/// A number from the environment.
inline long setting(const char* name, long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtol(text, nullptr, 10);
}

}  // namespace ekiden::shared
