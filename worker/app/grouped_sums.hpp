// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ekiden::worker {

/// Rows are grouped and added up in blocks, whose groups and values stay in the processor's nearest
/// cache meanwhile.
inline constexpr std::size_t kBlockRows = 1024;

/// The sums of four columns of doubles by group: four, because they lie side by side and are added
/// to by one instruction.
///
/// Odd rows of a block have sums of their own, as long as there are few groups. Else rows of one
/// group in a row would each wait for the sum before to arrive in memory, twice as long as all the
/// rest takes.
class GroupedSums {
 public:
  static constexpr std::size_t kColumns = 4;
  using Columns = std::array<const double*, kColumns>;

  /// Makes room for `groups` in all. New sums are 0.
  void grow(std::size_t groups);
  /// Adds a value of each column for each row. REQUIRES: `group_of` has numbers below those of
  /// grow(), and at most kBlockRows; the columns have as many values.
  void add(std::span<const std::uint32_t> group_of, const Columns& columns);
  double sum(std::size_t group, std::size_t column) const noexcept;

 private:
  struct alignas(32) Row {
    std::array<double, kColumns> sums{};
  };

  std::vector<Row> even_;  ///< and odd ones, if there are many groups
  std::vector<Row> odd_;
};

}  // namespace ekiden::worker
