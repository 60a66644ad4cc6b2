// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ekiden/frame.hpp>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace ekiden::worker {

/// The values of columns by their order: equal values have equal ranks, greater ones greater ranks,
/// and the ranks are 0 to size - 1 without a gap.
struct Ranks {
  static constexpr std::uint32_t kMissing = std::numeric_limits<std::uint32_t>::max();

  std::vector<std::uint32_t> of_row;  ///< kMissing where there is no value
  std::uint32_t size = 0;
};

/// The ranks of the column in one frame or in several, their rows one after the other. Throws Error
/// if it is text in one and numbers in another, and the like, or if there are 4294967295 rows and
/// more.
Ranks ranks(std::span<const Frame> frames, const std::string& column);

/// The ranks of the rows by several columns, the first deciding. A row is missing if one of its
/// values is.
Ranks ranks(std::span<const Frame> frames, std::span<const std::string> columns);

/// The same, with "missing" as a value that is greater than all others.
Ranks ranks_with_missing(std::span<const Frame> frames, std::span<const std::string> columns);

}  // namespace ekiden::worker
