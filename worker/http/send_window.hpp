// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
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
    // Not make_unique, which would write zeros all over it.
    if (!memory_) memory_.reset(new char[kBytes]);
    begin_ = offset;
    size_ = response.late.read(response.bytes(), offset, {memory_.get(), kBytes});
  }

  std::unique_ptr<char[]> memory_;
  std::size_t begin_ = 0;  ///< of what is in memory_, in the body
  std::size_t size_ = 0;
};

}  // namespace ekiden::worker
