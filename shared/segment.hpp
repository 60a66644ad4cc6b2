// SPDX-License-Identifier: MIT
#pragma once

#include <boost/interprocess/indexes/iset_index.hpp>
#include <boost/interprocess/managed_external_buffer.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/mem_algo/rbtree_best_fit.hpp>
#include <boost/interprocess/sync/mutex_family.hpp>
#include <cstddef>
#include <memory>
#include <span>

namespace ekiden::shared {

/// The memory that all workers see: one memfd, `tables` for bookkeeping and `data` for values.
///
/// Values are read through a second mapping that the kernel keeps read-only, so that a stray write
/// through a view faults instead of changing what others read. All memory is reserved at once: a
/// lack of it is an exception here and never a SIGBUS later.
///
/// Fork: children inherit both mappings at the same addresses. The descriptor is closed already.
/// After a crash: the memory lives as long as one process maps it, and vanishes with the last.
class Segment {
 public:
  /// Throws std::runtime_error, with what was asked for and what there is, if memory is lacking.
  Segment(std::size_t table_bytes, std::size_t data_bytes);
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  /// An array of `count` value-initialised T among the tables, at a multiple of `alignment`.
  /// REQUIRES: called before the first fork. The heap below has a free list and a tree, which a
  /// process killed half-way through a change would leave broken; so nothing allocates from it
  /// once there are workers.
  template <class T>
  T* allocate(std::size_t count, std::size_t alignment = 128) {
    auto* first = static_cast<T*>(heap_.allocate_aligned(count * sizeof(T), alignment));
    std::uninitialized_value_construct_n(first, count);
    return first;
  }

  /// As allocate, for one object that another mapping of the segment can find by `name`.
  template <class T>
  T* construct(const char* name) {
    return heap_.construct<T>(name)();
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

  boost::interprocess::mapped_region whole_;
  boost::interprocess::mapped_region read_only_data_;
  Heap heap_;
  std::byte* writable_data_;
};

}  // namespace ekiden::shared
