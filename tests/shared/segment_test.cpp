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
  for (const std::size_t alignment : {16U, 64U, 128U, 4096U}) {
    for (const std::size_t bytes : {8U, 24U, 40U, 100U, 256U, 1000U, 4096U, 70'000U, 9U, 16U}) {
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
