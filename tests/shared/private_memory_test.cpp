// SPDX-License-Identifier: MIT
#include "shared/private_memory.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <vector>

#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

constexpr std::size_t kBytes = std::size_t{48} << 20;

char* mapped(int kind) {
  void* const memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);
  std::memset(memory, 1, kBytes);
  return static_cast<char*>(memory);
}

/// By how much `measure` grows in a child that does `work`.
std::size_t growth(std::size_t (*measure)(const std::string&), const std::function<void()>& work) {
  SharedObject<std::size_t> grown;
  Child child([&] {
    const std::size_t before = measure("/proc/self");
    work();
    const std::size_t after = measure("/proc/self");
    *grown = after > before ? after - before : 0;
    return before > 0 ? 0 : 1;
  });
  EXPECT_EQ(child.exit_code_within(30), 0);
  return *grown;
}

TEST(PrivateMemory, CountsWhatTheProcessHasWrittenTo) {
  EXPECT_GE(growth(private_memory, [] { mapped(MAP_PRIVATE); }), kBytes);
  EXPECT_GE(growth(anonymous_memory, [] { mapped(MAP_PRIVATE); }), kBytes);
}

TEST(PrivateMemory, CountsNoSharedMemory) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the sanitizer keeps notes on all memory, which are private";
#endif
  EXPECT_LT(growth(private_memory, [] { mapped(MAP_SHARED); }), kBytes / 2);
  EXPECT_LT(growth(anonymous_memory, [] { mapped(MAP_SHARED); }), kBytes / 2);
}

TEST(PrivateMemory, CountsWhatWasInheritedOnlyOnceItIsWrittenTo) {
  char* const inherited = mapped(MAP_PRIVATE);
  SharedObject<std::size_t> at_first;

  const std::size_t grown = growth(private_memory, [&] {
    *at_first = private_memory();
    std::memset(inherited, 2, kBytes);
  });

  EXPECT_LT(*at_first, kBytes / 2);
  EXPECT_GE(grown, kBytes);
  munmap(inherited, kBytes);
}

TEST(PrivateMemory, IsZeroWhereItCannotBeRead) {
  EXPECT_EQ(private_memory("/proc/none"), 0U);
  EXPECT_EQ(anonymous_memory("/proc/none"), 0U);
}

}  // namespace
}  // namespace ekiden::shared
