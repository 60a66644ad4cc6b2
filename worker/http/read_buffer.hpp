// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace ekiden::worker {

/// Bytes received and not yet consumed, in one piece. Small while a connection is idle.
///
/// Between prepare and commit the kernel may write into it: meanwhile only view and consume.
class ReadBuffer {
 public:
  static constexpr std::size_t kIdleBytes = 2048;

  std::string_view view() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  std::size_t size() const noexcept { return end_ - begin_; }
  std::size_t capacity() const noexcept { return capacity_; }
  void consume(std::size_t count) noexcept { begin_ += count; }

  /// Room for at least one byte more, in a buffer of at least `wanted` bytes in all.
  std::span<char> prepare(std::size_t wanted = kIdleBytes) {
    if (begin_ == end_) begin_ = end_ = 0;
    const std::size_t least = size() == capacity_ ? capacity_ * 2 : capacity_;
    if (const std::size_t capacity = std::max(least, wanted); capacity > capacity_) {
      move_to(capacity);
    } else if (end_ == capacity_) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, size());
      end_ = size();
      begin_ = 0;
    }
    return {bytes_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t count) noexcept { end_ += count; }
  void append(std::string_view bytes) {
    const auto room = prepare(size() + bytes.size());
    std::memcpy(room.data(), bytes.data(), bytes.size());
    commit(bytes.size());
  }

  /// Frees the memory if nothing is left in it.
  void release() noexcept {
    if (begin_ != end_) return;
    bytes_.reset();
    begin_ = end_ = capacity_ = 0;
  }

 private:
  void move_to(std::size_t capacity) {
    std::unique_ptr<char[]> larger(new char[capacity]);  // not zeroed: it is about to be filled
    if (size() != 0) std::memcpy(larger.get(), bytes_.get() + begin_, size());
    bytes_ = std::move(larger);
    end_ = size();
    begin_ = 0;
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace ekiden::worker
