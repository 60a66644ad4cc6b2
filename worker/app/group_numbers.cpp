// SPDX-License-Identifier: MIT
#include "worker/app/group_numbers.hpp"

#include <algorithm>
#include <bit>

#include "shared/frame.hpp"
#include "worker/app/grouped_sums.hpp"

namespace ekiden::worker {

namespace {

/// Writes how far the keys lie above `least`, and returns all these numbers or-ed: none is greater,
/// unless a key is less, and then it is huge.
std::uint64_t write_distances(std::span<const std::int64_t> keys, std::uint64_t least,
                              std::uint32_t* to) noexcept {
  std::uint64_t any = 0;
  for (const std::int64_t key : keys) {
    const std::uint64_t distance = static_cast<std::uint64_t>(key) - least;
    any |= distance;
    *to++ = static_cast<std::uint32_t>(distance);
  }
  return any;
}

}  // namespace

std::optional<CloseKeys> CloseKeys::of(const Frame& frame, const Names& by) {
  if (by.list().size() != 1) return std::nullopt;
  const Column column = frame[by.list().front()];
  if (column.type() != ColumnType::int64 || column.size() == 0) return std::nullopt;
  CloseKeys keys(by.list().front(), column.as<std::int64_t>());
  // What is read first is hardly ever all, but near it: the rest shows while it is read.
  const auto begin = keys.values_.first(std::min(keys.values_.size(), kBlockRows));
  keys.least_ = static_cast<std::uint64_t>(*std::min_element(begin.begin(), begin.end()));
  return keys;
}

/// A table of sums for all keys between the least and the greatest must not be larger than it is
/// worth.
std::size_t CloseKeys::most() const noexcept {
  constexpr std::size_t kMost = 1 << 16;
  return std::min(kMost, values_.size() + 1);
}

bool CloseKeys::look_at_all() {
  const auto [least, greatest] = std::minmax_element(values_.begin(), values_.end());
  least_ = static_cast<std::uint64_t>(*least);
  const std::uint64_t distance = static_cast<std::uint64_t>(*greatest) - least_;
  if (distance >= most()) return false;
  size_ = distance + 1;
  return true;
}

bool CloseKeys::read(std::size_t first, std::span<std::uint32_t> numbers) {
  const auto keys = values_.subspan(first, numbers.size());
  const std::uint64_t any = write_distances(keys, least_, numbers.data());
  if (any < size_) return true;
  // Or-ed numbers can be beyond those of look_at_all(), though none of them is.
  const auto greatest = std::uint64_t{*std::max_element(numbers.begin(), numbers.end())};
  if (std::bit_width(any) > 32 || greatest >= most()) return false;
  if (greatest >= size_) size_ = std::min(std::bit_ceil(greatest + 1), most());
  return true;
}

std::vector<FramePart> CloseKeys::keys(std::span<const std::uint32_t> groups) const {
  std::vector<std::int64_t> keys(groups.size());
  std::transform(groups.begin(), groups.end(), keys.begin(),
                 [this](std::uint32_t group) { return static_cast<std::int64_t>(least_ + group); });
  std::vector<FramePart> parts;
  parts.push_back({name_, std::move(keys)});
  return parts;
}

bool RankedKeys::read(std::size_t first, std::span<std::uint32_t> numbers) {
  const auto none = ranks_.size;  // for rows that belong to no group
  std::transform(numbers.begin(), numbers.end(),
                 ranks_.of_row.begin() + static_cast<std::ptrdiff_t>(first), numbers.begin(),
                 [none](std::uint32_t, std::uint32_t rank) { return std::min(rank, none); });
  return true;
}

/// From each group's first row.
std::vector<FramePart> RankedKeys::keys(std::span<const std::uint32_t> groups) const {
  std::vector<std::size_t> first(ranks_.size, kNoRow);
  std::size_t unknown = groups.size();
  for (std::size_t row = 0; unknown > 0; ++row) {
    const std::uint32_t group = ranks_.of_row[row];
    if (group == Ranks::kMissing || first[group] != kNoRow) continue;
    first[group] = row;
    --unknown;
  }
  std::vector<std::size_t> rows(groups.size());
  std::transform(groups.begin(), groups.end(), rows.begin(),
                 [&](std::uint32_t group) { return first[group]; });
  const shared::FrameView view(frame_.bytes().data());
  std::vector<FramePart> parts;
  for (const std::string& name : by_.list()) {
    parts.push_back(take(view, find_column(frame_, name), rows));
  }
  return parts;
}

}  // namespace ekiden::worker
