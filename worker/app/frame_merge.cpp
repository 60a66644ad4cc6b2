// SPDX-License-Identifier: MIT
// Two frames joined by equal keys.
#include <algorithm>
#include <array>
#include <ekiden/frame_ops.hpp>
#include <numeric>

#include "shared/frame.hpp"
#include "worker/app/frame_parts.hpp"
#include "worker/app/frame_ranks.hpp"

namespace ekiden {

namespace {

using shared::FrameView;
using worker::FramePart;
using worker::kNoRow;
using worker::Ranks;
using worker::TextPart;

/// The rows of each side that make a row of the result; kNoRow where there is no partner.
struct Pairs {
  std::vector<std::size_t> left, right;

  void add(std::size_t left_row, std::size_t right_row) {
    left.push_back(left_row);
    right.push_back(right_row);
  }
};

/// The rows of one side by the rank of their key.
class RowsByKey {
 public:
  RowsByKey(std::span<const std::uint32_t> keys, std::uint32_t size)
      : start_(std::size_t{size} + 1), rows_(keys.size()) {
    for (const std::uint32_t key : keys) ++start_[key + 1];
    std::partial_sum(start_.begin(), start_.end(), start_.begin());
    std::vector<std::size_t> next = start_;
    for (std::size_t row = 0; row < keys.size(); ++row) rows_[next[keys[row]]++] = row;
  }

  std::span<const std::size_t> of(std::uint32_t key) const {
    return std::span(rows_).subspan(start_[key], start_[key + 1] - start_[key]);
  }

 private:
  std::vector<std::size_t> start_;
  std::vector<std::size_t> rows_;
};

/// In the order of the first side; `keep`: rows without partner, too.
Pairs join(std::span<const std::uint32_t> first, std::span<const std::uint32_t> second,
           std::uint32_t size, bool keep) {
  const RowsByKey partners(second, size);
  Pairs pairs;
  for (std::size_t row = 0; row < first.size(); ++row) {
    const auto found = partners.of(first[row]);
    for (const std::size_t partner : found) pairs.add(row, partner);
    if (found.empty() && keep) pairs.add(row, kNoRow);
  }
  return pairs;
}

Pairs join_outer(std::span<const std::uint32_t> left, std::span<const std::uint32_t> right,
                 std::uint32_t size) {
  const RowsByKey left_rows(left, size), right_rows(right, size);
  constexpr std::array none = {kNoRow};
  const auto or_none = [&](std::span<const std::size_t> rows) {
    return rows.empty() ? std::span<const std::size_t>(none) : rows;
  };
  Pairs pairs;
  for (std::uint32_t key = 0; key < size; ++key) {
    for (const std::size_t row : or_none(left_rows.of(key))) {
      for (const std::size_t partner : or_none(right_rows.of(key))) pairs.add(row, partner);
    }
  }
  return pairs;
}

Pairs pair_up(const Frame& left, const Frame& right, const std::vector<std::string>& on,
              const std::string& how) {
  const std::array frames = {left, right};
  const Ranks ranks = worker::ranks_with_missing(frames, on);
  const std::span<const std::uint32_t> all(ranks.of_row);
  const auto left_keys = all.first(left.rows()), right_keys = all.subspan(left.rows());
  if (how == "inner" || how == "left") {
    return join(left_keys, right_keys, ranks.size, how == "left");
  }
  if (how == "outer") return join_outer(left_keys, right_keys, ranks.size);
  if (how != "right") {
    throw Error("merge: how is \"inner\", \"left\", \"right\" or \"outer\", not \"" + how + '"');
  }
  Pairs pairs = join(right_keys, left_keys, ranks.size, true);
  std::swap(pairs.left, pairs.right);
  return pairs;
}

std::vector<std::string> common(const Frame& left, const Frame& right) {
  std::vector<std::string> names;
  for (const std::string& name : left.columns()) {
    if (right.has(name)) names.push_back(name);
  }
  if (names.empty()) throw Error("merge: the frames have no column in common; name the keys by on");
  return names;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Both frames' keys as one column, the left one's rows first.
Frame stack_keys(const Frame& left, const Frame& right, const std::string& name) {
  ColumnData first(left[name]), second(right[name]);
  ColumnData::Values values = first.values();
  const auto append = [](const auto& more, auto& to) {
    for (const auto& value : more) {
      to.push_back(static_cast<typename std::decay_t<decltype(to)>::value_type>(value));
    }
  };
  if (values.index() != second.values().index()) {  // doubles and integers
    std::vector<double> reals;
    for (const ColumnData* part : {&first, &second}) {
      if (const auto* some = std::get_if<std::vector<double>>(&part->values())) {
        append(*some, reals);
      } else {
        append(std::get<std::vector<std::int64_t>>(part->values()), reals);
      }
    }
    return Frame({{name, std::move(reals)}});
  }
  std::visit([&](auto& to) { append(std::get<std::decay_t<decltype(to)>>(second.values()), to); },
             values);
  return Frame({{name, ColumnData(std::move(values))}});
}

Frame merge_pairs(const Frame& left, const Frame& right, const std::vector<std::string>& on,
                  const MergeOptions& options, const Pairs& pairs) {
  std::vector<std::size_t> key_rows(pairs.left);
  for (std::size_t i = 0; i < key_rows.size(); ++i) {
    if (key_rows[i] == kNoRow) key_rows[i] = left.rows() + pairs.right[i];
  }
  std::vector<Frame> stacked;  // what the parts refer to
  stacked.reserve(on.size());
  std::vector<FramePart> parts;
  const auto add_side = [&](const Frame& side, const Frame& other,
                            const std::vector<std::size_t>& rows, const std::string& suffix,
                            bool keys) {
    const FrameView view(side.bytes().data());
    for (const shared::FrameColumn& column : view.columns()) {
      const std::string name(view.name(column));
      if (contains(on, name)) {
        if (!keys) continue;
        stacked.push_back(stack_keys(left, right, name));
        const FrameView both(stacked.back().bytes().data());
        parts.push_back(worker::take(both, both.columns().front(), key_rows));
        continue;
      }
      parts.push_back(worker::take(view, column, rows));
      if (other.has(name)) parts.back().name += suffix;
    }
  };
  add_side(left, right, pairs.left, options.suffixes.first, true);
  add_side(right, left, pairs.right, options.suffixes.second, false);
  return worker::assemble(parts);
}

}  // namespace

Frame merge(const Frame& left, const Frame& right, const MergeOptions& options) {
  const std::vector<std::string> on = options.on.empty() ? common(left, right) : options.on.list();
  return merge_pairs(left, right, on, options, pair_up(left, right, on, options.how));
}

}  // namespace ekiden
