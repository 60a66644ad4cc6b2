// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ekiden/frame.hpp>
#include <ekiden/frame_ops.hpp>
#include <memory>
#include <span>

#include "worker/app/frame_parts.hpp"
#include "worker/app/group_totals.hpp"

namespace ekiden::worker {

/// One column of what GroupBy::agg makes, while the rows are gone through in blocks.
class Aggregator {
 public:
  virtual ~Aggregator() = default;
  /// Makes room for `groups` in all.
  virtual void grow(std::size_t) {}
  /// Takes the rows from `first` on. REQUIRES: `group_of` is below what grow() was told.
  virtual void add(std::size_t, std::span<const std::uint32_t>) {}
  /// The column, with a value for each of the groups. REQUIRES: `totals` has all rows.
  virtual FramePart finish(const GroupTotals& totals, std::span<const std::uint32_t> groups) = 0;
};

/// Notes in `totals` what it needs of these. Throws Error if there is no such function for the
/// column, or no such column.
std::unique_ptr<Aggregator> make_aggregator(const Aggregation& wanted, const Frame& frame,
                                            GroupTotals& totals);

}  // namespace ekiden::worker
