// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/frame.hpp>
#include <span>
#include <utility>

#include "shared/frame.hpp"
#include "worker/app/frame_place.hpp"

namespace ekiden {

/// Makes frames of bytes.
struct FrameAccess {
  /// REQUIRES: the bytes are a frame without fault, stay while `owner` lives, and start at a
  /// multiple of 8.
  static Frame make(std::span<const std::byte> bytes, Ref<const detail::Counted> owner) noexcept {
    return Frame(bytes, std::move(owner));
  }
  /// What keeps the frame's bytes.
  static const detail::Counted* owner(const Frame& frame) noexcept { return frame.owner_.get(); }
};

namespace worker {

/// A frame being written: memory of the size the layout wants, begun by it.
class NewFrame {
 public:
  explicit NewFrame(shared::FrameLayout& layout) : place_(place_for_frame(layout.finish())) {
    layout.write(place_.to_fill);
  }

  /// The elements from `offset` on, to be filled.
  template <class T>
  T* at(std::uint64_t offset) const noexcept {
    return reinterpret_cast<T*>(place_.to_fill.data() + offset);
  }
  Frame frame() const { return FrameAccess::make(place_.bytes, place_.owner); }

 private:
  const FramePlace place_;
};

}  // namespace worker

}  // namespace ekiden
