// SPDX-License-Identifier: MIT
#pragma once

// The one public header with Boost in it: whoever builds its containers includes them anyway.
#include <boost/interprocess/allocators/allocator.hpp>
#include <boost/interprocess/indexes/iset_index.hpp>
#include <boost/interprocess/managed_external_buffer.hpp>
#include <boost/interprocess/mem_algo/rbtree_best_fit.hpp>
#include <boost/interprocess/sync/mutex_family.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ekiden/memoize_value.hpp>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

/// Values made of Boost.Interprocess containers: maps, sets, strings, vectors of vectors.
namespace ekiden {

/// Where such a value lies: a heap of its own, in one piece of memory. Its containers refer to each
/// other by distances, so the whole can be copied and read anywhere.
using InterprocessHeap = boost::interprocess::basic_managed_external_buffer<
    char, boost::interprocess::rbtree_best_fit<boost::interprocess::null_mutex_family>,
    boost::interprocess::iset_index>;

/// The allocator that the containers of such a value take.
template <class T>
using InterprocessAllocator = boost::interprocess::allocator<T, InterprocessHeap::segment_manager>;

/// A T in a heap of its own, for memoized functions to return:
///
///     using Words = boost::interprocess::vector<int, InterprocessAllocator<int>>;
///     const auto words = app.cache().memoize("words", [](int n) {
///       return build_interprocess<Words>(1 << 20, [n](Words& words) {
///         for (int i = 0; i < n; ++i) words.push_back(i);
///       });
///     });
///     const auto found = words(5);  // *found is a const Words&, read where it lies in the cache
///
/// T must be constructible from an InterprocessAllocator<char>, or default-constructible; it is
/// never destroyed, the memory is dropped whole. It must hold no other pointers than its
/// containers'.
template <class T>
class Interprocess {
 public:
  /// `bytes` is what InterprocessHeap was made in; see build_interprocess.
  explicit Interprocess(std::string bytes) : bytes_(std::move(bytes)) {}

  std::span<const std::byte> bytes() const noexcept { return std::as_bytes(std::span(bytes_)); }

 private:
  std::string bytes_;
};

namespace detail {

/// Stands before the heap: where the T lies.
struct InterprocessHead {
  char magic[8];
  std::uint64_t root;
  char unused[48];
};
static_assert(sizeof(InterprocessHead) == 64);
inline constexpr std::size_t kMostInterprocessBytes = std::size_t{1} << 32U;

}  // namespace detail

/// Makes a T and calls `fill` with it, or with it and the heap. `bytes` is what it needs, a guess:
/// where it does not fit, `fill` is called again, for a new T with twice the memory, up to 4 GiB.
/// Throws what `fill` throws, but for boost::interprocess::bad_alloc below that limit.
template <class T, class F>
Interprocess<T> build_interprocess(std::size_t bytes, const F& fill) {
  using detail::InterprocessHead;
  for (std::size_t size = bytes < 4096 ? 4096 : bytes;; size *= 2) {
    // new[] of char aligns for any type, and the head keeps the heap so.
    std::string memory(sizeof(InterprocessHead) + size, '\0');
    try {
      InterprocessHeap heap(boost::interprocess::create_only,
                            memory.data() + sizeof(InterprocessHead), size);
      T* root = nullptr;
      if constexpr (std::is_constructible_v<T, InterprocessAllocator<char>>) {
        root = heap.template construct<T>(boost::interprocess::anonymous_instance)(
            InterprocessAllocator<char>(heap.get_segment_manager()));
      } else {
        root = heap.template construct<T>(boost::interprocess::anonymous_instance)();
      }
      if constexpr (std::is_invocable_v<const F&, T&, InterprocessHeap&>) {
        fill(*root, heap);
      } else {
        fill(*root);
      }
      InterprocessHead head{{'e', 'k', 'i', 'd', 'e', 'n', 'i', 'p'}, 0, {}};
      head.root = static_cast<std::uint64_t>(reinterpret_cast<const char*>(root) - memory.data());
      std::memcpy(memory.data(), &head, sizeof head);
      return Interprocess<T>(std::move(memory));
    } catch (const boost::interprocess::bad_alloc&) {
      if (size >= detail::kMostInterprocessBytes) throw;
    }
  }
}

/// Such a value in the cache.
template <class T>
class View<Interprocess<T>> {
 public:
  explicit View(detail::HeldBytes held) : held_(std::move(held)) {}

  const T& operator*() const& noexcept { return value(); }
  const T& operator*() const&& = delete;  // give the view a name: it keeps the value where it is
  const T* operator->() const noexcept { return &value(); }

 private:
  const T& value() const noexcept {
    detail::InterprocessHead head;
    std::memcpy(&head, held_.bytes.data(), sizeof head);
    return *reinterpret_cast<const T*>(held_.bytes.data() + head.root);
  }

  detail::HeldBytes held_;
};

namespace detail {

template <class T>
struct Stored<Interprocess<T>> {
  using Result = View<Interprocess<T>>;
  static std::span<const std::byte> encode(const Interprocess<T>& value) { return value.bytes(); }
  static Result read(HeldBytes held) { return Result(std::move(held)); }
};

}  // namespace detail

}  // namespace ekiden
