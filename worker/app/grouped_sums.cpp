// SPDX-License-Identifier: MIT
#include "worker/app/grouped_sums.hpp"

namespace ekiden::worker {

namespace {

/// Twice as many rows of sums still fit the nearest caches.
constexpr std::size_t kFewGroups = 1024;

/// GCC's and clang's vectors: two registers, which are added to at once.
using Four = double __attribute__((vector_size(32), may_alias));

}  // namespace

void GroupedSums::grow(std::size_t groups) {
  if (groups <= even_.size()) return;
  even_.resize(groups);
  if (groups <= kFewGroups) odd_.resize(groups);
}

void GroupedSums::add(std::span<const std::uint32_t> group_of, const Columns& columns) {
  Row* const even = even_.data();
  Row* const odd = odd_.size() == even_.size() ? odd_.data() : even;
  const auto add = [a = columns[0], b = columns[1], c = columns[2], d = columns[3]](
                       Row& sums, std::size_t row) {
    reinterpret_cast<Four&>(sums) += Four{a[row], b[row], c[row], d[row]};
  };
  std::size_t row = 0;
  for (; row + 2 <= group_of.size(); row += 2) {
    add(even[group_of[row]], row);
    add(odd[group_of[row + 1]], row + 1);
  }
  if (row < group_of.size()) add(even[group_of[row]], row);
}

double GroupedSums::sum(std::size_t group, std::size_t column) const noexcept {
  const double even = even_[group].sums[column];
  return group < odd_.size() ? even + odd_[group].sums[column] : even;
}

}  // namespace ekiden::worker
