// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <boost/interprocess/indexes/iset_index.hpp>
#include <boost/interprocess/managed_external_buffer.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/mem_algo/rbtree_best_fit.hpp>
#include <boost/interprocess/sync/mutex_family.hpp>
#include <cstddef>
#include <new>
#include <span>
#include <type_traits>

namespace ekiden::shared {

/// The memory that all workers see: one memfd, `tables` for bookkeeping and `data` for values.
///
/// Values are read through a second mapping that the kernel keeps read-only, so that a stray write
/// through a view faults instead of changing what others read. All memory is reserved before values
/// come: a lack of it is an exception here and never a SIGBUS later.
///
/// Fork: children inherit both mappings at the same addresses. The descriptor is of use to the
/// master only, for its next image, which maps the memory elsewhere: no structure holds an address.
/// After a crash: the memory lives as long as one process maps it, and vanishes with the last.
class Segment {
 public:
  /// Changes when any structure of the segment does.
  static constexpr std::uint64_t kLayout = 4;

  /// The memory for values: the kernel takes 0.1 ms to clear each MiB of it.
  enum class Reserve { at_once, later };

  /// Throws std::runtime_error, with what was asked for and what there is, if memory is lacking.
  Segment(std::size_t table_bytes, std::size_t data_bytes, Reserve reserve = Reserve::at_once);
  /// The segment of the image of this process before this one. `descriptor` is taken over, and
  /// closed if this throws std::runtime_error because size or layout are others.
  Segment(std::size_t table_bytes, std::size_t data_bytes, int descriptor);
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  ~Segment();

  /// True if there were structures in it already, which allocate() and construct() find again.
  bool adopted() const noexcept { return adopted_; }
  int descriptor() const noexcept { return descriptor_; }

  /// What Reserve::later has left; nothing if all is reserved. Throws as the constructor.
  /// REQUIRES: called before there are values, by the process that made the segment.
  void reserve();

  /// An array of `count` T among the tables, at a multiple of `alignment`. All its bytes are zero,
  /// which must be what a T begins with: pages that nobody has written to are neither cleared nor
  /// mapped, and a server starts with few entries.
  /// REQUIRES: called before the first fork. The heap below has a free list and a tree, which a
  /// process killed half-way through a change would leave broken; so nothing allocates from it
  /// once there are workers.
  template <class T>
  T* allocate(std::size_t count, std::size_t alignment = 128) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(place(count * sizeof(T), alignment));
  }

  /// As allocate, for one object, by its constructor.
  template <class T>
  T* construct() {
    void* const memory = place(sizeof(T), alignof(T) > 64 ? alignof(T) : 64);
    return adopted_ ? static_cast<T*>(memory) : new (memory) T();
  }

  /// Has the kernel map what lies in this process's writable mapping, if it is large: at once costs
  /// a tenth of page by page, as it is written to.
  static void map_now(std::span<std::byte> place) noexcept;

  /// For shared/ only; a view must come from readable_data().
  std::byte* writable_data() const noexcept { return writable_data_; }
  std::span<const std::byte> readable_data() const noexcept;

 private:
  // The null mutex: the heap is used by one thread of one process, before the first fork.
  using Heap = boost::interprocess::basic_managed_external_buffer<
      char, boost::interprocess::rbtree_best_fit<boost::interprocess::null_mutex_family>,
      boost::interprocess::iset_index>;

  /// Where allocate() has put what, in the order of its calls.
  struct Directory {
    std::uint64_t layout;
    std::uint64_t count;
    struct Place {
      std::uint64_t offset, bytes;
    };
    std::array<Place, 64> places;
  };

  void map(std::size_t table_bytes, std::size_t data_bytes);
  /// Zeros, unless it is adopted.
  void* place(std::size_t bytes, std::size_t alignment);

  int descriptor_;
  bool adopted_ = false;
  std::size_t found_ = 0;  ///< places of an adopted directory that allocate() has given out
  boost::interprocess::mapped_region whole_;
  boost::interprocess::mapped_region read_only_data_;
  Heap heap_;
  Directory* directory_ = nullptr;
  std::byte* writable_data_ = nullptr;
};

}  // namespace ekiden::shared
