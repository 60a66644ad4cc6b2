// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ekiden/ref.hpp>
#include <optional>
#include <span>
#include <vector>

namespace ekiden {
class Frame;
namespace shared {
class ValueWriter;
}  // namespace shared
}  // namespace ekiden

namespace ekiden::worker {

/// Memory for a frame that is being made.
struct FramePlace {
  std::span<std::byte> to_fill;
  std::span<const std::byte> bytes;  ///< the same, where the frame is read
  Ref<const detail::Counted> owner;
};

/// Room in the cache for what this thread makes as a memoized function's result, so that it need
/// not be copied there; otherwise private memory.
FramePlace place_for_frame(std::size_t bytes);

/// Which of the frames that a memoized function makes is its result, counted from 1, as its last
/// call in this process has shown; kNotKnown before that, kNone if it made none of its own.
using ResultFrame = std::atomic<std::uint32_t>;
inline constexpr std::uint32_t kNotKnown = 0;
inline constexpr std::uint32_t kNone = ~0U;

/// While it lives, a frame that this thread makes may be put where `result` is to be.
///
/// As long as nothing is known of the function, that is each frame for which the cache has room
/// without evicting anything; then the one that is the result, and others may have to go for it.
/// What turns out to be something else gives its room back when it is no longer used.
class FramesInPlace {
 public:
  FramesInPlace(shared::ValueWriter& result, ResultFrame& known) noexcept;
  ~FramesInPlace();
  FramesInPlace(const FramesInPlace&) = delete;
  FramesInPlace& operator=(const FramesInPlace&) = delete;

  /// Makes `frame` the result if it lies there. Learns which frame it was in any case.
  bool accept(const Frame& frame);

 private:
  friend FramePlace place_for_frame(std::size_t bytes);
  class Drafted;

  std::optional<FramePlace> draft(std::size_t bytes);

  shared::ValueWriter& result_;
  ResultFrame& known_;
  FramesInPlace* const outer_;
  const std::uint64_t id_;
  std::vector<const std::byte*> made_;
};

}  // namespace ekiden::worker
