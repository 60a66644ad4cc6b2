// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace ekiden::worker::arena {

/// The memory that an app allocates while it is loaded and set up, on pages of its own, so that one
/// mprotect makes all of it read-only: `new` and malloc are routed here from before the module is
/// mapped until its set-up is over.
///
/// A bump allocator with a list of freed blocks for each size; what set-up frees is used again.
/// Each block remembers who asked for it, for reports. Once per process.
///
/// Thread safety: allocate and release from any thread, since set-up may start some. Fork: sealed
/// in the mold, so that workers share the pages. Errors: out of memory is nullptr, as in malloc.

/// Reserves the address space, touches nothing. Throws std::system_error if there is none.
void open();
/// New memory comes from the heap again. What lies in the arena can still be released.
void close() noexcept;
/// True between open and close.
bool is_open() noexcept;
/// Makes all of it read-only. From then on releasing a block changes nothing.
void seal();
/// Its pages can be written to again.
void mark_unsealed() noexcept;
bool is_sealed() noexcept;

/// Of a process that never opens it, an empty range.
struct Range {
  std::uintptr_t begin = 0, size = 0;
};
extern Range range;

inline bool owns(const void* block) noexcept {
  return reinterpret_cast<std::uintptr_t>(block) - range.begin < range.size;
}

/// REQUIRES: is_open(), and `alignment` is a power of two. `caller` is the code that asked.
void* allocate(std::size_t size, std::size_t alignment, const void* caller) noexcept;
/// What `block` can hold. REQUIRES: owns(block), as do the next two.
std::size_t capacity(const void* block) noexcept;
void release(void* block) noexcept;

/// A block that has not been released.
struct Block {
  std::span<const std::byte> bytes;
  const void* caller = nullptr;  ///< code address
};
/// The block after `previous`, or the first; nullopt after the last.
std::optional<Block> next_block(const std::optional<Block>& previous) noexcept;
/// The pages in use.
std::span<const std::byte> pages() noexcept;

}  // namespace ekiden::worker::arena
