// SPDX-License-Identifier: MIT
#include "worker/app/remembered_frames.hpp"

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "shared/tiered_cache.hpp"
#include "worker/app/frame_access.hpp"
#include "worker/app/held_memory.hpp"
#include "worker/app/memoize.hpp"

namespace ekiden::worker {

namespace {

/// The results by key, the latest used in front.
class Results {
 public:
  std::optional<Frame> find(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return std::nullopt;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->frame;
  }
  void keep(std::string_view key, const Frame& frame) {
    const std::lock_guard lock(mutex_);
    if (by_key_.contains(key)) return;  // another thread has made it, too
    order_.push_front({std::string(key), frame});
    by_key_.emplace(order_.front().key, order_.begin());
    bytes_ += order_.front().bytes();
    while (bytes_ > kRememberedBytes) drop_last();
  }
  std::size_t bytes() {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Result {
    std::string key;
    Frame frame;

    std::size_t bytes() const noexcept {
      constexpr std::size_t kAround = 256;  // nodes of list and map
      return key.size() + frame.byte_size() + kAround;
    }
  };

  void drop_last() {
    bytes_ -= order_.back().bytes();
    by_key_.erase(order_.back().key);
    order_.pop_back();
  }

  std::mutex mutex_;
  std::list<Result> order_;
  std::unordered_map<std::string_view, std::list<Result>::iterator> by_key_;
  std::size_t bytes_ = 0;
};

/// Made in the worker when it is first needed.
Results& results() {
  static Results results;
  return results;
}

/// nullopt unless the frame is a value of the cache.
std::optional<shared::ValueIdentity> identity_of(const Frame& frame) {
  const auto* held = dynamic_cast<const PinnedMemory*>(FrameAccess::owner(frame));
  shared::TieredCache* const cache = process_cache();
  if (held == nullptr || cache == nullptr || held->bytes().data() != frame.bytes().data()) {
    return std::nullopt;
  }
  return cache->memory().identity(held->pin());
}

/// Not what lies in the cache itself: it would be held there.
bool is_worth_keeping(const Frame& result) {
  return result.byte_size() <= kMostOfOneResult &&
         dynamic_cast<const HeapMemory*>(FrameAccess::owner(result)) != nullptr;
}

}  // namespace

Frame remembered(const Frame& source, const detail::KeyWriter& operation,
                 const std::function<Frame()>& make) {
  if (source.rows() < kFewestRows) return make();
  const auto identity = identity_of(source);
  if (!identity) return make();
  detail::KeyWriter key("");
  key.raw(process_cache_epoch());
  key.raw(identity->entry);
  key.raw(identity->life);
  key.append(operation.view());
  if (auto known = results().find(key.view())) return *known;
  const Frame made = make();
  if (is_worth_keeping(made)) results().keep(key.view(), made);
  return made;
}

std::size_t remembered_bytes() { return results().bytes(); }

}  // namespace ekiden::worker
