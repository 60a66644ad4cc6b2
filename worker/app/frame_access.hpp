// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/frame.hpp>
#include <span>
#include <utility>

#include "shared/frame.hpp"
#include "worker/app/held_memory.hpp"

namespace ekiden {

/// Makes frames of bytes.
struct FrameAccess {
  /// REQUIRES: the bytes are a frame without fault, stay while `owner` lives, and start at a
  /// multiple of 8.
  static Frame make(std::span<const std::byte> bytes, Ref<const detail::Counted> owner) noexcept {
    return Frame(bytes, std::move(owner));
  }
};

namespace worker {

/// A frame being written: memory of the size the layout wants, begun by it.
class NewFrame {
 public:
  explicit NewFrame(shared::FrameLayout& layout) : memory_(make_ref<HeapMemory>(layout.finish())) {
    layout.write(memory_->bytes());
  }

  /// The elements from `offset` on, to be filled.
  template <class T>
  T* at(std::uint64_t offset) const noexcept {
    return reinterpret_cast<T*>(memory_->bytes().data() + offset);
  }
  Frame frame() const { return FrameAccess::make(memory_->bytes(), memory_); }

 private:
  Ref<const HeapMemory> memory_;
};

}  // namespace worker

}  // namespace ekiden
