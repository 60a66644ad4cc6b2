// SPDX-License-Identifier: MIT
#include "shared/generations.hpp"

#include "shared/segment.hpp"

namespace ekiden::shared {

Generations::Generations(Segment& segment, const HashSeed& seed)
    : seed_(seed), numbers_(segment.allocate<std::atomic<std::uint64_t>>(kSlots)) {}

}  // namespace ekiden::shared
