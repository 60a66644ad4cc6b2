// SPDX-License-Identifier: MIT
#pragma once

namespace ekiden::shared {

/// What the master asks a worker to do with the tiers behind the segment, which only workers reach:
/// the first byte of a message; what follows is the name to void.
inline constexpr char kClearOrder = 'X';
inline constexpr char kVoidOrder = 'V';

}  // namespace ekiden::shared
