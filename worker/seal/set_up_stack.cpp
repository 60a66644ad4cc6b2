// SPDX-License-Identifier: MIT
#include "worker/seal/set_up_stack.hpp"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace ekiden::worker {

namespace {

constinit AddressRange stack;

[[noreturn]] void fail(int error, const char* what) {
  throw std::system_error(error, std::generic_category(), what);
}

/// As large as a first thread's may grow.
std::size_t stack_bytes() {
  constexpr rlim_t kLeast = 8U << 20;
  constexpr rlim_t kMost = 1U << 30;
  constexpr rlim_t kPage = 4096;
  rlimit limit{};
  if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kLeast;
  return std::clamp(limit.rlim_cur / kPage * kPage, kLeast, kMost);
}

void* call(void* body) {
  (*static_cast<const std::function<void()>*>(body))();
  return nullptr;
}

/// Below the stack lies a page that nobody may touch.
void* new_stack(std::size_t size) {
  constexpr std::size_t kGuard = 4096;
  void* memory = ::mmap(nullptr, size + kGuard, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) fail(errno, "no memory for the stack of set-up");
  void* const usable = static_cast<std::byte*>(memory) + kGuard;
  if (::mprotect(usable, size, PROT_READ | PROT_WRITE) != 0) fail(errno, "the stack of set-up");
  return usable;
}

}  // namespace

void run_on_own_stack(const std::function<void()>& body) {
  const std::size_t size = stack_bytes();
  void* const memory = new_stack(size);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, memory, size);
  pthread_t thread{};
  const int error = pthread_create(&thread, &attributes, &call,
                                   const_cast<void*>(static_cast<const void*>(&body)));
  pthread_attr_destroy(&attributes);
  if (error != 0) fail(error, "no thread for set-up");
  pthread_join(thread, nullptr);
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  stack = {begin, begin + size};
}

AddressRange set_up_stack() noexcept { return stack; }

}  // namespace ekiden::worker
