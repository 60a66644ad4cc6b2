// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ekiden::worker {

/// The body of a request: in memory, or in a file without a name, which is mapped once it is whole.
class RequestBody {
 public:
  RequestBody() noexcept = default;
  RequestBody(RequestBody&& other) noexcept;
  RequestBody& operator=(RequestBody&& other) noexcept;
  ~RequestBody() { leave_file(); }
  RequestBody& operator=(std::string text);

  /// What follows goes to a file in `folder`, with what is there. False, and nothing changes, if
  /// there can be none (errno says why).
  bool move_to_file(const char* folder) noexcept;
  bool in_file() const noexcept { return file_ >= 0; }

  void reserve(std::size_t bytes) { text_.reserve(bytes); }
  /// False if the file's disk is full.
  bool append(std::string_view piece);
  /// It is whole: from now on it can be read. False if its file cannot be mapped.
  bool finish() noexcept;
  /// Empty again; what is in memory stays allocated up to `kept` bytes.
  void clear(std::size_t kept) noexcept;

  std::size_t size() const noexcept { return in_file() ? file_bytes_ : text_.size(); }
  bool empty() const noexcept { return size() == 0; }
  /// Bytes of memory that it holds.
  std::size_t memory() const noexcept { return text_.capacity(); }
  /// REQUIRES: finish() has been called, or it was assigned.
  operator std::string_view() const noexcept {
    return in_file() ? std::string_view(mapped_, file_bytes_) : std::string_view(text_);
  }

 private:
  void leave_file() noexcept;

  std::string text_;
  int file_ = -1;
  std::size_t file_bytes_ = 0;
  const char* mapped_ = nullptr;
};

}  // namespace ekiden::worker
