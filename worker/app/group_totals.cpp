// SPDX-License-Identifier: MIT
#include "worker/app/group_totals.hpp"

#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ekiden::worker {

namespace {

constexpr std::array<double, kBlockRows> kZeros{};

constexpr std::array<double, kBlockRows> make_ones() {
  std::array<double, kBlockRows> ones{};
  ones.fill(1);
  return ones;
}
constexpr std::array<double, kBlockRows> kOnes = make_ones();

/// Four at a time, as all that the groups cost is little more than this where it is done one by
/// one.
bool has_nan(std::span<const double> values) noexcept {
  __m128d any = _mm_setzero_pd();
  std::size_t row = 0;
  for (; row + 4 <= values.size(); row += 4) {
    const double* const at = values.data() + row;
    any = _mm_or_pd(any, _mm_cmpunord_pd(_mm_loadu_pd(at), _mm_loadu_pd(at + 2)));
  }
  bool found = _mm_movemask_pd(any) != 0;
  for (; row < values.size(); ++row) found = found || std::isnan(values[row]);
  return found;
}

}  // namespace

GroupTotals::GroupTotals() : sums_(1) {
  columns_.push_back({std::span<const double>(kOnes), {}, {}});
}

void GroupTotals::grow(std::size_t groups) {
  groups_ = groups;
  for (GroupedSums& sums : sums_) sums.grow(groups);
}

void GroupTotals::add(std::size_t first, std::span<const std::uint32_t> group_of) {
  GroupedSums::Columns four;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    for (std::size_t j = 0; j < four.size(); ++j) {
      const std::size_t column = i * four.size() + j;
      four[j] = column == 0 ? kOnes.data()
                : column >= columns_.size()
                    ? kZeros.data()
                    : doubles_of(columns_[column], first, group_of, groups_);
    }
    sums_[i].add(group_of, four);
  }
}

/// The rows from `first` on, with 0 instead of missing values.
const double* GroupTotals::doubles_of(Summand& column, std::size_t first,
                                      std::span<const std::uint32_t> group_of, std::size_t groups) {
  if (const auto* integers = std::get_if<std::span<const std::int64_t>>(&column.values)) {
    const auto rows = integers->subspan(first, group_of.size());
    column.block.assign(rows.begin(), rows.end());
    return column.block.data();
  }
  const auto rows =
      std::get<std::span<const double>>(column.values).subspan(first, group_of.size());
  return has_nan(rows) ? without_missing(column, rows.data(), group_of, groups) : rows.data();
}

const double* GroupTotals::without_missing(Summand& column, const double* values,
                                           std::span<const std::uint32_t> group_of,
                                           std::size_t groups) {
  column.block.assign(values, values + group_of.size());
  column.missing.resize(groups);
  for (std::size_t row = 0; row < group_of.size(); ++row) {
    if (!std::isnan(column.block[row])) continue;
    column.block[row] = 0;
    ++column.missing[group_of[row]];
  }
  return column.block.data();
}

}  // namespace ekiden::worker
