// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace ekiden::shared {

class Segment;

inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::size_t kSlabBytes = 65536;
inline constexpr std::size_t kSlabPages = kSlabBytes / kPageBytes;
inline constexpr std::size_t kLineBytes = 64;  ///< every extent starts at a multiple of it
/// Larger extents are whole pages. At 16 to 32 KiB, that is four sizes to the octave too, and
/// wastes nothing at the end of a slab.
inline constexpr std::size_t kLargestInSlab = 16384;

/// A slab's worth of one size class: which of its items are taken.
struct SlabMeta {
  std::uint32_t size_class;  ///< kNoClass: free, or part of an extent of pages
  std::uint32_t free_items;
  std::uint32_t next, previous;  ///< slabs of the class with free items
  std::array<std::uint64_t, kSlabBytes / kLineBytes / 64> taken;
};

/// Which bytes of the data are taken: slabs of up to four size classes to the octave for small
/// extents, runs of pages for large ones.
///
/// All of it is derived from the extents that entries name: after a crash, reset() and mark() of
/// every extent make it anew.
///
/// Process safety: all members under the writer lock.
class SlabAllocator {
 public:
  /// Lays the bookkeeping out. REQUIRES: before the first fork; `data_bytes` a multiple of slabs.
  SlabAllocator(Segment& segment, std::size_t data_bytes);
  static std::size_t bytes_for(std::size_t data_bytes);

  /// Where an extent of `bytes` could go. Changes nothing.
  std::optional<std::uint64_t> find(std::size_t bytes) const noexcept;
  void mark(std::uint64_t offset, std::size_t bytes) noexcept;
  void unmark(std::uint64_t offset, std::size_t bytes) noexcept;
  void reset() noexcept;

  /// What an extent of `bytes` takes up.
  static std::size_t rounded(std::size_t bytes) noexcept;
  static bool in_slab(std::size_t bytes) noexcept { return bytes <= kLargestInSlab; }

  std::size_t page_count() const noexcept { return pages_; }
  bool page_taken(std::size_t page) const noexcept {
    return (page_map_[page / 64] >> (page % 64) & 1U) != 0;
  }
  /// Bytes in marked extents, counted from the maps. For tests.
  std::size_t taken_bytes() const noexcept;
  /// What is inconsistent between the maps and lists, or empty. For tests.
  std::string check() const;

 private:
  static constexpr std::uint32_t kNone = ~0U;
  static constexpr std::uint32_t kNoClass = ~0U;
  static constexpr std::size_t kMostClasses = 32;
  struct Lists {
    std::array<std::uint32_t, kMostClasses> partial;  ///< first slab with free items, by class
  };

  std::optional<std::uint64_t> find_pages(std::size_t count) const noexcept;
  std::optional<std::uint64_t> find_free_slab() const noexcept;
  void set_pages(std::size_t first, std::size_t count, bool taken) noexcept;
  void list(std::uint32_t slab) noexcept;
  void unlist(std::uint32_t slab) noexcept;

  std::size_t pages_;
  SlabMeta* slabs_;
  std::uint64_t* page_map_;
  Lists* lists_;
};

}  // namespace ekiden::shared
