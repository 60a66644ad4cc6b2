// SPDX-License-Identifier: MIT
#include "worker/app/frame_place.hpp"

#include <algorithm>
#include <ekiden/frame.hpp>
#include <utility>

#include "shared/memo_cache.hpp"
#include "worker/app/frame_access.hpp"
#include "worker/app/held_memory.hpp"

namespace ekiden::worker {

namespace {

thread_local constinit FramesInPlace* innermost = nullptr;
constinit std::atomic<std::uint64_t> last_id{0};

FramePlace private_place(std::size_t bytes) {
  const auto memory = make_ref<const HeapMemory>(bytes);
  return {memory->bytes(), memory->bytes(), memory};
}

}  // namespace

/// Keeps a draft for as long as a frame refers to it, also when it has become a value since.
class FramesInPlace::Drafted final : public detail::Counted {
 public:
  Drafted(shared::Draft made, std::uint64_t made_for) : draft(std::move(made)), id(made_for) {}

  mutable shared::Draft draft;
  const std::uint64_t id;  ///< of the FramesInPlace
};

FramesInPlace::FramesInPlace(shared::ValueWriter& result, ResultFrame& known) noexcept
    : result_(result),
      known_(known),
      outer_(std::exchange(innermost, this)),
      id_(last_id.fetch_add(1, std::memory_order_relaxed) + 1) {}

FramesInPlace::~FramesInPlace() { innermost = outer_; }

std::optional<FramePlace> FramesInPlace::draft(std::size_t bytes) {
  constexpr std::size_t kWorthwhile = 16U
                                      << 10;  // less is copied sooner than the lock is had twice
  const std::uint32_t known = known_.load(std::memory_order_relaxed);
  if (bytes < kWorthwhile || (known != kNotKnown && known != made_.size() + 1)) return std::nullopt;
  auto draft = result_.draft(bytes, known != kNotKnown);
  if (!draft) return std::nullopt;
  const auto memory = make_ref<const Drafted>(std::move(*draft), id_);
  return FramePlace{memory->draft.place(), memory->draft.bytes(), memory};
}

bool FramesInPlace::accept(const Frame& frame) {
  // From the end: the memory of a frame that is gone may have been another's later.
  const auto made = std::find(made_.rbegin(), made_.rend(), frame.bytes().data());
  const auto number = static_cast<std::uint32_t>(made_.rend() - made);
  known_.store(number == 0 ? kNone : number, std::memory_order_relaxed);
  const auto* memory = dynamic_cast<const Drafted*>(FrameAccess::owner(frame));
  if (number == 0 || memory == nullptr || memory->id != id_) return false;
  result_.accept(memory->draft);
  return true;
}

FramePlace place_for_frame(std::size_t bytes) {
  if (innermost == nullptr) return private_place(bytes);
  auto place = innermost->draft(bytes);
  if (!place) place = private_place(bytes);
  innermost->made_.push_back(place->bytes.data());
  return *std::move(place);
}

}  // namespace ekiden::worker
