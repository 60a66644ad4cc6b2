// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace ekiden::worker {

/// Memory for one asynchronous operation at a time, as a part of what the operation is for. Asio
/// keeps such memory only while the loop runs, and this loop is left after each handler.
///
/// Thread safety: the polling thread's. Its owner must be kept alive by the operation's handler.
class OperationMemory {
 public:
  OperationMemory() noexcept = default;
  OperationMemory(const OperationMemory&) = delete;
  OperationMemory& operator=(const OperationMemory&) = delete;

  /// What does not fit, or comes while the place is taken, lies elsewhere.
  void* allocate(std::size_t size) {
    if (taken_ || size > bytes_.size()) return ::operator new(size);
    taken_ = true;
    return bytes_.data();
  }
  void release(void* place) noexcept {
    if (place == bytes_.data()) {
      taken_ = false;
    } else {
      ::operator delete(place);
    }
  }

 private:
  alignas(std::max_align_t) std::array<std::byte, 160> bytes_;
  bool taken_ = false;
};

/// To be bound to a handler: its operation lies in that memory.
template <class T>
class OperationAllocator {
 public:
  using value_type = T;

  explicit OperationAllocator(OperationMemory& memory) noexcept : memory_(&memory) {}
  template <class Other>
  OperationAllocator(const OperationAllocator<Other>& other) noexcept : memory_(other.memory_) {}

  T* allocate(std::size_t count) { return static_cast<T*>(memory_->allocate(count * sizeof(T))); }
  void deallocate(T* place, std::size_t) noexcept { memory_->release(place); }

  friend bool operator==(const OperationAllocator& a, const OperationAllocator& b) noexcept {
    return a.memory_ == b.memory_;
  }

 private:
  template <class Other>
  friend class OperationAllocator;

  OperationMemory* memory_;
};

}  // namespace ekiden::worker
