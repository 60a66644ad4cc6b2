// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ekiden/ref.hpp>
#include <new>
#include <span>
#include <utility>

#include "shared/frame.hpp"
#include "shared/memo_cache.hpp"

namespace ekiden::worker {

/// Private memory for a frame, or for a result that is in no cache. May be released on any thread.
class HeapMemory final : public detail::Counted {
 public:
  explicit HeapMemory(std::size_t size);
  HeapMemory(const HeapMemory&) = delete;
  HeapMemory& operator=(const HeapMemory&) = delete;
  ~HeapMemory() override { ::operator delete(start_, kAlignment); }

  /// Whoever made the memory fills it before anyone else sees it.
  std::span<std::byte> bytes() const noexcept { return {start_, size_}; }

 private:
  static constexpr std::align_val_t kAlignment{shared::kFrameAlignment};

  std::byte* const start_;
  const std::size_t size_;
};

/// A value in the cache, held where it lies for as long as anything refers to it.
class PinnedMemory final : public detail::Counted {
 public:
  explicit PinnedMemory(shared::Pin pin) noexcept : pin_(std::move(pin)) {}
  std::span<const std::byte> bytes() const noexcept { return pin_.bytes(); }
  const shared::Pin& pin() const noexcept { return pin_; }

 private:
  const shared::Pin pin_;
};

}  // namespace ekiden::worker
