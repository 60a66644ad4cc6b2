// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "worker/app/grouped_sums.hpp"

namespace ekiden::worker {

/// How many rows each group has, and of columns of numbers the sums and how many values are there.
///
/// All that is asked of a column is made of these: rows are counted once for all, as the sum of a
/// column of ones, and of each column only what is missing, which few blocks have anything of.
class GroupTotals {
 public:
  GroupTotals();

  /// Adds a column, unless it is there, and returns its number. Integers are added as doubles:
  /// their sum may be too large where their mean is not. REQUIRES: no rows have been added.
  template <class T>
  std::size_t column(std::span<const T> values) {
    for (std::size_t i = 1; i < columns_.size(); ++i) {
      const auto* known = std::get_if<std::span<const T>>(&columns_[i].values);
      if (known != nullptr && known->data() == values.data()) return i;
    }
    columns_.push_back({values, {}, {}});
    sums_.resize((columns_.size() + GroupedSums::kColumns - 1) / GroupedSums::kColumns);
    return columns_.size() - 1;
  }

  /// Makes room for `groups` in all.
  void grow(std::size_t groups);
  /// Adds the rows from `first` on. REQUIRES: `group_of` is below what grow() was told.
  void add(std::size_t first, std::span<const std::uint32_t> group_of);

  std::int64_t rows(std::size_t group) const noexcept {
    return static_cast<std::int64_t>(sums_.front().sum(group, 0));
  }
  std::int64_t count(std::size_t column, std::size_t group) const noexcept {
    const auto& missing = columns_[column].missing;
    return rows(group) - (group < missing.size() ? missing[group] : 0);
  }
  double sum(std::size_t column, std::size_t group) const noexcept {
    return sums_[column / GroupedSums::kColumns].sum(group, column % GroupedSums::kColumns);
  }

 private:
  struct Summand {
    std::variant<std::span<const double>, std::span<const std::int64_t>> values;
    std::vector<std::int64_t> missing;  ///< by group, as far as there are any
    std::vector<double> block;          ///< a copy of the rows at hand, where one is needed
  };

  static const double* doubles_of(Summand& column, std::size_t first,
                                  std::span<const std::uint32_t> group_of, std::size_t groups);
  static const double* without_missing(Summand& column, const double* values,
                                       std::span<const std::uint32_t> group_of, std::size_t groups);

  std::vector<Summand> columns_;
  std::vector<GroupedSums> sums_;  ///< of four columns each
  std::size_t groups_ = 0;
};

}  // namespace ekiden::worker
