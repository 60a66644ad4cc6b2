// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <memory>
#include <new>
#include <string_view>

#include "worker/exchange.hpp"

namespace ekiden::worker {

/// Of a body that is partly encoded on its way out, the piece that is sent at present. Few enough
/// bytes that they are still in the processor's cache when the kernel copies them.
class SendWindow {
 public:
  static constexpr std::size_t kBytes = 512U << 10;

  /// The bytes of the body that follow its first `offset`, as far as they are there; none at its
  /// end. They stay until they have been sent, so that a write may be repeated.
  std::string_view from(const Response& response, std::size_t offset) {
    if (response.late.empty()) return response.bytes().substr(offset);
    if (offset == begin_ + size_) refill(response, offset);
    return std::string_view(memory_.get(), size_).substr(offset - begin_);
  }
  void release() noexcept {
    memory_.reset();
    begin_ = size_ = 0;
  }

 private:
  void refill(const Response& response, std::size_t offset) {
    if (!memory_) memory_ = fresh_memory();
    begin_ = offset;
    size_ = response.late.read(response.bytes(), offset, {memory_.get(), kBytes});
  }

  struct Unmap {
    void operator()(char* memory) const noexcept { ::munmap(memory, kBytes); }
  };
  using Memory = std::unique_ptr<char[], Unmap>;

  /// The kernel's own, which takes it back at once: of the heap of a callback's thread glibc keeps
  /// the end, up to 64 MB after many clients that read slowly.
  static Memory fresh_memory() {
    void* const memory =
        ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return Memory(static_cast<char*>(memory));
  }

  Memory memory_;
  std::size_t begin_ = 0;  ///< of what is in memory_, in the body
  std::size_t size_ = 0;
};

}  // namespace ekiden::worker
