// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace ekiden::shared {

/// Zeroed memory that all children of this process see, and that the next image of this process can
/// map again by its descriptor. A page takes memory from when it is first written to.
///
/// Fork: children inherit the mapping; the descriptor is of use to the master only.
class SharedPages {
 public:
  /// Makes it, or maps that of `descriptor`, which is then this object's. `name` is for messages.
  /// Throws std::system_error; std::runtime_error if what is there has another size, and then the
  /// descriptor is closed.
  SharedPages(const char* name, std::size_t bytes, int descriptor = -1);
  SharedPages(const SharedPages&) = delete;
  SharedPages& operator=(const SharedPages&) = delete;
  ~SharedPages();

  std::byte* data() const noexcept { return data_; }
  int descriptor() const noexcept { return descriptor_; }

 private:
  std::size_t bytes_;
  int descriptor_;
  std::byte* data_ = nullptr;
};

}  // namespace ekiden::shared
