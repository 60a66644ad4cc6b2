// SPDX-License-Identifier: MIT
#include "worker/app/freed_memory.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "shared/private_memory.hpp"
#include "worker/seal/sanitizer.hpp"

namespace ekiden::worker {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::size_t kBlock = 64U << 10;
constexpr std::size_t kTaken = 24U << 20;

/// Takes memory in small blocks and frees all but the last, so that the heap does not end before
/// it.
std::vector<char> take_and_free() {
  std::vector<std::vector<char>> blocks;
  for (std::size_t taken = 0; taken < kTaken; taken += kBlock) blocks.emplace_back(kBlock, 'x');
  return std::move(blocks.back());
}

TEST(FreedMemory, GoesBackOnceThereAreNoRequests) {
  if (EKIDEN_HAS_SANITIZER_MALLOC) GTEST_SKIP() << "the sanitizer's malloc has its own rules";
  const std::size_t before = shared::anonymous_memory();
  FreedMemory freed;

  const std::vector<char> last = take_and_free();
  freed.tick(1, false, 1 * kSecond);
  freed.tick(2, false, 3 * kSecond);
  freed.tick(2, true, 6 * kSecond);
  freed.tick(2, false, 6 * kSecond + kSecond / 2);
  const std::size_t kept = shared::anonymous_memory();
  freed.tick(2, false, 7 * kSecond);
  const std::size_t left = shared::anonymous_memory();

  EXPECT_GT(kept, before + kTaken / 2);
  EXPECT_LT(left, before + kTaken / 4);
}

}  // namespace
}  // namespace ekiden::worker
