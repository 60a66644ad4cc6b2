// SPDX-License-Identifier: MIT
#include "shared/segment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace ekiden::shared {
namespace {

// The heap that places them keeps its own data in the memory that is free.
TEST(Segment, WhatItAllocatesHoldsZerosWhereverItLies) {
  Segment segment(4U << 20, 4096);
  for (const std::size_t alignment : {16, 64, 128, 4096}) {
    for (const std::size_t bytes : {8, 24, 40, 100, 256, 1000, 4096, 70'000, 9, 16}) {
      auto* const place = segment.allocate<char>(bytes, alignment);

      EXPECT_TRUE(std::all_of(place, place + bytes, [](char byte) { return byte == 0; }))
          << bytes << " bytes at a multiple of " << alignment;
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(place) % alignment, 0U);
      std::memset(place, 0xff, bytes);
    }
  }
}

}  // namespace
}  // namespace ekiden::shared
