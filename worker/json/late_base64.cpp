// SPDX-License-Identifier: MIT
#include "worker/json/late_base64.hpp"

#include <algorithm>
#include <utility>

#include "worker/json/writer.hpp"

namespace ekiden::worker {

namespace {

/// Less is written at once: a text of that size is sent from memory that the process has anyway.
constexpr std::size_t kLarge = 64U << 10;

thread_local constinit const LateBase64::Collecting* innermost = nullptr;

/// A window on the whole, filled from its beginning.
class Filling {
 public:
  Filling(std::size_t offset, std::span<char> to) noexcept : offset_(offset), to_(to) {}

  std::size_t done() const noexcept { return done_; }
  /// The next of the whole's segments. False if something of it is left over.
  bool add(std::string_view text) {
    return add_segment(text.size(), [&](std::size_t from, std::size_t most) {
      return text.copy(to_.data() + done_, most, from);
    });
  }
  bool add(std::span<const std::byte> bytes) {
    return add_segment(base64_size(bytes.size()), [&](std::size_t from, std::size_t most) {
      const auto left = bytes.subspan(from / 4 * 3);
      const auto piece = left.first(std::min(left.size(), most / 4 * 3));
      encode_base64(to_.data() + done_, piece);
      return base64_size(piece.size());
    });
  }

 private:
  /// `write` puts a segment's characters from its first argument on there, its second at most.
  template <class Write>
  bool add_segment(std::size_t size, Write write) {
    const std::size_t begin = std::exchange(begin_, begin_ + size);
    if (offset_ + done_ >= begin_) return true;
    const std::size_t room = to_.size() - done_;
    if (room > 0) done_ += write(offset_ + done_ - begin, room);
    return offset_ + done_ == begin_;
  }

  const std::size_t offset_;
  const std::span<char> to_;
  std::size_t begin_ = 0;  ///< of the next segment, in the whole
  std::size_t done_ = 0;
};

}  // namespace

LateBase64::Collecting::Collecting(const std::string& text, LateBase64& late) noexcept
    : text_(text), late_(late), outer_(std::exchange(innermost, this)) {}

LateBase64::Collecting::~Collecting() { innermost = outer_; }

bool LateBase64::leaves_out(const detail::TypedArray& array) noexcept {
  return innermost != nullptr && array.bytes.size() >= kLarge;
}

bool LateBase64::leave_out(const std::string& text, const detail::TypedArray& array) {
  if (!leaves_out(array) || &text != &innermost->text_) return false;
  innermost->late_.gaps_.push_back({text.size(), array.bytes, array.owner});
  return true;
}

std::size_t LateBase64::size() const noexcept {
  std::size_t characters = 0;
  for (const Gap& gap : gaps_) characters += base64_size(gap.bytes.size());
  return characters;
}

std::size_t LateBase64::read(std::string_view text, std::size_t offset, std::span<char> to) const {
  Filling filling(offset, to);
  std::size_t from = 0;
  for (const Gap& gap : gaps_) {
    if (!filling.add(text.substr(from, gap.at - from)) || !filling.add(gap.bytes)) {
      return filling.done();
    }
    from = gap.at;
  }
  filling.add(text.substr(from));
  return filling.done();
}

void LateBase64::fill(std::string& text) {
  if (empty()) return;
  std::string whole(text.size() + size(), '\0');
  read(text, 0, whole);
  text = std::move(whole);
  clear();
}

}  // namespace ekiden::worker
