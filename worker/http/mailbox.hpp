// SPDX-License-Identifier: MIT
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace ekiden::worker {

/// How other threads speak to the polling thread: they post letters here; a descriptor becomes
/// readable when there are some. The io_context is used without locks, so nobody else may touch it.
///
/// Thread safety: post from any thread; descriptor and collect by the polling thread only.
template <class Letter>
class Mailbox {
 public:
  Mailbox() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox() { ::close(descriptor_); }

  void post(Letter letter) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = letters_.empty();
      letters_.push_back(std::move(letter));
    }
    if (first) ring();
  }

  /// An eventfd: counts the rings since it was last read.
  int descriptor() const noexcept { return descriptor_; }

  /// Moves what has arrived into `letters`, whose old contents are discarded.
  void collect(std::vector<Letter>& letters) {
    letters.clear();
    const std::lock_guard lock(mutex_);
    letters_.swap(letters);
  }

 private:
  void ring() const noexcept {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the descriptor is readable anyway.
    [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
  }

  int descriptor_;
  std::mutex mutex_;
  std::vector<Letter> letters_;
};

}  // namespace ekiden::worker
