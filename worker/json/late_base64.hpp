// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ekiden/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::worker {

/// The large typed arrays of a JSON text that are not in it yet, but are encoded while it is sent.
///
/// A figure of a million points is 21 MB of base64: written into the text, each page of it is
/// fetched from the kernel, filled, read once and given back, which took a third of the answer's
/// time. So the text has gaps, each with a reference to the array that belongs there, and whoever
/// sends it reads the whole piece by piece into a buffer that stays in the processor's cache.
///
/// Thread safety: as a std::string. The arrays may be released on any thread.
class LateBase64 {
 public:
  /// While it lives, large typed arrays that this thread writes to `text` are left out of it and
  /// added to `late`.
  class Collecting {
   public:
    Collecting(const std::string& text, LateBase64& late) noexcept;
    ~Collecting();
    Collecting(const Collecting&) = delete;
    Collecting& operator=(const Collecting&) = delete;

   private:
    friend class LateBase64;
    const std::string& text_;
    LateBase64& late_;
    const Collecting* const outer_;
  };

  /// Whether an array is left out of what this thread is writing.
  static bool leaves_out(const detail::TypedArray& array) noexcept;
  /// Leaves the array out where `text` ends now. False, and nothing is done, if it is to be
  /// written.
  static bool leave_out(const std::string& text, const detail::TypedArray& array);

  bool empty() const noexcept { return gaps_.empty(); }
  /// Lets go of the arrays.
  void clear() noexcept { gaps_.clear(); }
  /// The characters that are missing in the text.
  std::size_t size() const noexcept;

  /// Copies what follows the first `offset` characters of the whole, and returns how much that is:
  /// little less than there is room for, or all the rest.
  /// REQUIRES: `offset` is 0 or where the last read() ended; there is room for four characters.
  std::size_t read(std::string_view text, std::size_t offset, std::span<char> to) const;
  /// Writes what is missing into the text.
  void fill(std::string& text);

 private:
  struct Gap {
    std::size_t at;  ///< in the text
    std::span<const std::byte> bytes;
    Ref<const detail::Counted> owner;
  };

  std::vector<Gap> gaps_;
};

}  // namespace ekiden::worker
