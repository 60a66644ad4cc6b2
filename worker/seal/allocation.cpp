// SPDX-License-Identifier: MIT
// The program's own `new` and malloc, which stand before the C library's for app modules too. While
// an app is loaded and set up, what its code asks for comes from the arena; all else, always, from
// the C library. Builds with a sanitizer keep its malloc: there only `new` is routed.
#include <dlfcn.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include "worker/seal/arena.hpp"
#include "worker/seal/loaded_objects.hpp"
#include "worker/seal/sanitizer.hpp"
#include "worker/seal/violation.hpp"

namespace {

using ekiden::worker::Origin;
namespace arena = ekiden::worker::arena;

/// libstdc++ allocates on behalf of others in few functions; the rest is state of its own, such as
/// locales and the buffers of streams, which it writes to later on.
bool is_on_behalf(const void* caller) noexcept {
  Dl_info info{};
  if (::dladdr(caller, &info) == 0 || info.dli_sname == nullptr) return false;
  constexpr auto kFunctions = std::to_array<std::string_view>(
      {"_Zna", "_Znw", "_ZNSt7__cxx1112basic_string", "_ZNKSt7__cxx1112basic_string", "_ZNSs",
       "_ZNSt10filesystem", "_ZNSt3pmr"});
  for (const std::string_view function : kFunctions) {
    if (std::string_view(info.dli_sname).starts_with(function)) return true;
  }
  return false;
}

/// is_on_behalf() is slow, and the places that ask are few.
bool is_known_on_behalf(const void* caller) noexcept {
  static constinit std::array<std::atomic<std::uintptr_t>, 256> known{};  // address << 1 | answer
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  auto& entry = known[address / 4 % known.size()];
  const std::uintptr_t found = entry.load(std::memory_order_relaxed);
  if (found >> 1 == address) return (found & 1) != 0;
  const bool answer = is_on_behalf(caller);
  entry.store(address << 1 | static_cast<std::uintptr_t>(answer), std::memory_order_relaxed);
  return answer;
}

[[gnu::noinline]] bool new_belongs_there(const void* caller) noexcept {
  const Origin origin = ekiden::worker::origin_of(caller);
  if (origin == Origin::standard) return is_known_on_behalf(caller);
  return origin != Origin::system;
}

void* heap_allocate(std::size_t size, std::size_t alignment) noexcept;
void heap_release(void* block) noexcept;

/// Throws std::bad_alloc when even the new-handler finds no memory.
void* allocate_or_throw(std::size_t size, std::size_t alignment, const void* caller) {
  while (true) {
    void* block = arena::is_open() && new_belongs_there(caller)
                      ? arena::allocate(size, alignment, caller)
                      : heap_allocate(size, alignment);
    if (block != nullptr) return block;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

/// Whatever a callback frees of what set-up made stays.
[[gnu::noinline]] void release_in_arena(void* block, const void* caller) noexcept {
  if (arena::is_sealed()) return ekiden::worker::note_release(block, caller);
  arena::release(block);
}

void release(void* block, const void* caller) noexcept {
  if (arena::owns(block)) return release_in_arena(block, caller);
  heap_release(block);
}

}  // namespace

#if EKIDEN_HAS_SANITIZER_MALLOC

namespace {

void* heap_allocate(std::size_t size, std::size_t alignment) noexcept {
  if (alignment <= alignof(std::max_align_t)) return std::malloc(size);
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}
void heap_release(void* block) noexcept { std::free(block); }

}  // namespace

#else

// What glibc's malloc is called inside, for programs that have a malloc of their own.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace {

void* heap_allocate(std::size_t size, std::size_t alignment) noexcept {
  return alignment <= alignof(std::max_align_t) ? __libc_malloc(size)
                                                : __libc_memalign(alignment, size);
}
void heap_release(void* block) noexcept { __libc_free(block); }

[[gnu::noinline]] bool malloc_belongs_there(const void* caller) noexcept {
  return ekiden::worker::origin_of(caller) == Origin::app;
}

[[gnu::noinline]] void* cleared_in_arena(std::size_t count, std::size_t size,
                                         const void* caller) noexcept {
  std::size_t bytes = 0;
  void* block = __builtin_mul_overflow(count, size, &bytes)
                    ? nullptr
                    : arena::allocate(bytes, alignof(std::max_align_t), caller);
  if (block == nullptr) {
    errno = ENOMEM;
    return nullptr;
  }
  return std::memset(block, 0, bytes);
}

[[gnu::noinline]] void* resized_in_arena(void* block, std::size_t size,
                                         const void* caller) noexcept {
  const std::size_t before = arena::capacity(block);
  if (!arena::is_sealed() && size != 0 && size <= before) return block;
  void* resized = nullptr;
  if (size != 0) {
    resized = arena::is_open() ? arena::allocate(size, alignof(std::max_align_t), caller)
                               : __libc_malloc(size);
    if (resized == nullptr) return nullptr;
    std::memcpy(resized, block, before < size ? before : size);
  }
  release_in_arena(block, caller);
  return resized;
}

void* aligned(std::size_t alignment, std::size_t size, const void* caller) noexcept {
  if (arena::is_open() && malloc_belongs_there(caller)) {
    return arena::allocate(size, alignment, caller);
  }
  return __libc_memalign(alignment, size);
}

}  // namespace

#define EKIDEN_EXPORTED __attribute__((visibility("default")))

extern "C" {

EKIDEN_EXPORTED void* malloc(std::size_t size) noexcept {
  const void* caller = __builtin_return_address(0);
  if (arena::is_open() && malloc_belongs_there(caller)) {
    return arena::allocate(size, alignof(std::max_align_t), caller);
  }
  return __libc_malloc(size);
}

EKIDEN_EXPORTED void* calloc(std::size_t count, std::size_t size) noexcept {
  const void* caller = __builtin_return_address(0);
  if (arena::is_open() && malloc_belongs_there(caller))
    return cleared_in_arena(count, size, caller);
  return __libc_calloc(count, size);
}

EKIDEN_EXPORTED void* realloc(void* block, std::size_t size) noexcept {
  const void* caller = __builtin_return_address(0);
  if (arena::owns(block)) return resized_in_arena(block, size, caller);
  if (block == nullptr && arena::is_open() && malloc_belongs_there(caller)) {
    return arena::allocate(size, alignof(std::max_align_t), caller);
  }
  return __libc_realloc(block, size);
}

EKIDEN_EXPORTED void* reallocarray(void* block, std::size_t count, std::size_t size) noexcept {
  std::size_t bytes = 0;
  if (!__builtin_mul_overflow(count, size, &bytes)) return realloc(block, bytes);
  errno = ENOMEM;
  return nullptr;
}

EKIDEN_EXPORTED void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return aligned(alignment, size, __builtin_return_address(0));
}

EKIDEN_EXPORTED void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return aligned(alignment, size, __builtin_return_address(0));
}

EKIDEN_EXPORTED int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) {
    return EINVAL;
  }
  void* found = aligned(alignment, size, __builtin_return_address(0));
  if (found == nullptr) return ENOMEM;
  *block = found;
  return 0;
}

EKIDEN_EXPORTED void free(void* block) noexcept { release(block, __builtin_return_address(0)); }

}  // extern "C"

#endif

void* operator new(std::size_t size) {
  return allocate_or_throw(size, alignof(std::max_align_t), __builtin_return_address(0));
}
void* operator new[](std::size_t size) {
  return allocate_or_throw(size, alignof(std::max_align_t), __builtin_return_address(0));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment), __builtin_return_address(0));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment), __builtin_return_address(0));
}
#if EKIDEN_HAS_SANITIZER_MALLOC
// The C++ library's call the above; the sanitizer's want its own delete.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return allocate_or_throw(size, alignof(std::max_align_t), __builtin_return_address(0));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void* operator new[](std::size_t size, const std::nothrow_t& nothrow) noexcept {
  return operator new(size, nothrow);
}
#endif
void operator delete(void* block) noexcept { release(block, __builtin_return_address(0)); }
void operator delete[](void* block) noexcept { release(block, __builtin_return_address(0)); }
void operator delete(void* block, std::size_t) noexcept {
  release(block, __builtin_return_address(0));
}
void operator delete[](void* block, std::size_t) noexcept {
  release(block, __builtin_return_address(0));
}
void operator delete(void* block, std::align_val_t) noexcept {
  release(block, __builtin_return_address(0));
}
void operator delete[](void* block, std::align_val_t) noexcept {
  release(block, __builtin_return_address(0));
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  release(block, __builtin_return_address(0));
}
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
  release(block, __builtin_return_address(0));
}
