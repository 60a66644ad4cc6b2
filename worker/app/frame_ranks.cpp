// SPDX-License-Identifier: MIT
#include "worker/app/frame_ranks.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "shared/frame.hpp"
#include "worker/app/frame_parts.hpp"

namespace ekiden::worker {

namespace {

using shared::FrameColumn;
using shared::FrameView;

/// Gives the values ranks: each value gets a number when it first appears, the few different ones
/// are sorted, and the numbers are replaced.
template <class Value>
class Ranking {
 public:
  std::uint32_t number(Value value) {
    // emplace would allocate before it looks.
    if (const auto known = numbers_.find(value); known != numbers_.end()) return known->second;
    const auto next = static_cast<std::uint32_t>(values_.size());
    numbers_.emplace(value, next);
    values_.push_back(value);
    return next;
  }

  std::size_t size() const noexcept { return values_.size(); }

  Ranks finish(std::vector<std::uint32_t> numbers) const {
    std::vector<std::uint32_t> order(values_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [this](std::uint32_t a, std::uint32_t b) { return values_[a] < values_[b]; });
    std::vector<std::uint32_t> rank(values_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
    for (std::uint32_t& number : numbers) {
      if (number != Ranks::kMissing) number = rank[number];
    }
    return {std::move(numbers), static_cast<std::uint32_t>(values_.size())};
  }

 private:
  struct Hash {
    std::size_t operator()(const Value& value) const {
      if constexpr (requires { value.value; }) {
        return std::hash<std::int64_t>()(value.value);
      } else {
        return std::hash<Value>()(value);
      }
    }
  };

  std::unordered_map<Value, std::uint32_t, Hash> numbers_;
  std::vector<Value> values_;
};

std::size_t total_rows(std::span<const Frame> frames) {
  std::size_t rows = 0;
  for (const Frame& frame : frames) rows += frame.rows();
  if (rows >= Ranks::kMissing) throw Error("Frame: 4294967295 rows and more cannot be sorted");
  return rows;
}

Ranks rank_text(std::span<const Frame> frames, const std::string& name) {
  Ranking<std::string_view> ranking;
  std::vector<std::uint32_t> numbers;
  numbers.reserve(total_rows(frames));
  for (const Frame& frame : frames) {
    const FrameView view(frame.bytes().data());
    const FrameColumn& column = find_column(frame, name);
    std::vector<std::uint32_t> of_code(column.dictionary_size);
    for (std::uint32_t code = 0; code < column.dictionary_size; ++code) {
      of_code[code] = code == FrameView::missing_code(column)
                          ? Ranks::kMissing
                          : ranking.number(view.text(column, code));
    }
    view.with_codes(column, [&](auto codes) {
      for (const auto code : codes) numbers.push_back(of_code[code]);
    });
  }
  return ranking.finish(std::move(numbers));
}

/// A time, or a boolean as 0 or 1, that may be missing.
struct Nullable {
  std::int64_t value;
  friend auto operator<=>(const Nullable&, const Nullable&) = default;
};

bool is_missing(double value) { return std::isnan(value); }
bool is_missing(std::int64_t) { return false; }
bool is_missing(Nullable nullable) { return nullable.value == shared::kNoTime; }

/// For values that are mostly different, which hashing would only slow down.
template <class T>
Ranks rank_by_sorting(std::span<const T> values) {
  std::vector<std::pair<T, std::uint32_t>> sorted;
  sorted.reserve(values.size());
  for (std::uint32_t row = 0; row < values.size(); ++row) {
    if (!is_missing(values[row])) sorted.emplace_back(values[row], row);
  }
  std::sort(sorted.begin(), sorted.end());
  Ranks ranks{std::vector<std::uint32_t>(values.size(), Ranks::kMissing), 0};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i == 0 || sorted[i - 1].first < sorted[i].first) ++ranks.size;
    ranks.of_row[sorted[i].second] = ranks.size - 1;
  }
  return ranks;
}

/// For integers that lie close together, such as days and years: a table of all that there could be
/// instead of hashing. nullopt if it would be large, or larger than it is worth.
std::optional<Ranks> rank_by_table(std::span<const std::int64_t> values) {
  constexpr std::uint64_t kLargest = 1 << 16;
  if (values.empty()) return std::nullopt;
  std::int64_t least = values[0], greatest = values[0];
  for (const std::int64_t value : values) {
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  const auto low = static_cast<std::uint64_t>(least);
  const std::uint64_t distance = static_cast<std::uint64_t>(greatest) - low;
  if (distance >= kLargest || distance > values.size()) return std::nullopt;

  std::vector<std::uint32_t> rank(distance + 1);
  std::vector<std::uint32_t> of_row(values.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    of_row[row] = static_cast<std::uint32_t>(static_cast<std::uint64_t>(values[row]) - low);
    rank[of_row[row]] = 1;
  }
  std::uint32_t size = 0;
  for (std::uint32_t& one : rank) {
    if (one != 0) one = size++;
  }
  if (size < rank.size()) {
    for (std::uint32_t& one : of_row) one = rank[one];
  }
  return Ranks{std::move(of_row), size};
}

template <class T>
Ranks rank_values(std::span<const T> values) {
  if constexpr (std::same_as<T, std::int64_t>) {
    if (auto ranks = rank_by_table(values)) return std::move(*ranks);
  }
  constexpr std::size_t kSample = 1 << 14;
  Ranking<T> ranking;
  std::vector<std::uint32_t> numbers;
  numbers.reserve(values.size());
  for (const T value : values) {
    if (numbers.size() == kSample && ranking.size() > kSample / 2) return rank_by_sorting(values);
    numbers.push_back(is_missing(value) ? Ranks::kMissing : ranking.number(value));
  }
  return ranking.finish(std::move(numbers));
}

/// REQUIRES: the column is numeric in all frames, and one of integers if T is.
template <class T>
Ranks rank_numbers(std::span<const Frame> frames, const std::string& name) {
  if (frames.size() == 1) return rank_values(frames.front()[name].as<T>());
  std::vector<T> values;
  values.reserve(total_rows(frames));
  for (const Frame& frame : frames) {
    const Column column = frame[name];
    if (column.type() == ColumnType::int64) {
      for (const std::int64_t value : column.as<std::int64_t>()) {
        values.push_back(static_cast<T>(value));
      }
    } else if constexpr (std::same_as<T, double>) {
      const auto reals = column.as<double>();
      values.insert(values.end(), reals.begin(), reals.end());
    }
  }
  return rank_values(std::span<const T>(values));
}

/// REQUIRES: the column is one of times in all frames, or one of booleans.
Ranks rank_nullable(std::span<const Frame> frames, const std::string& name) {
  std::vector<Nullable> values;
  values.reserve(total_rows(frames));
  for (const Frame& frame : frames) {
    const Column column = frame[name];
    if (column.type() == ColumnType::timestamp) {
      for (const Timestamp time : column.as<Timestamp>()) {
        values.push_back({time.time_since_epoch().count()});
      }
      continue;
    }
    for (std::size_t row = 0; row < column.size(); ++row) {
      values.push_back({column.is_missing(row) ? shared::kNoTime : column.flag(row) ? 1 : 0});
    }
  }
  return rank_values(std::span<const Nullable>(values));
}

/// Missing values become the greatest.
void number_missing(Ranks& ranks) {
  bool any = false;
  for (std::uint32_t& rank : ranks.of_row) {
    if (rank != Ranks::kMissing) continue;
    rank = ranks.size;
    any = true;
  }
  if (any) ++ranks.size;
}

Ranks combine(const Ranks& first, const Ranks& second) {
  Ranking<std::uint64_t> ranking;
  std::vector<std::uint32_t> numbers(first.of_row.size(), Ranks::kMissing);
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    const std::uint64_t a = first.of_row[row], b = second.of_row[row];
    if (a == Ranks::kMissing || b == Ranks::kMissing) continue;
    numbers[row] = ranking.number(a * second.size + b);
  }
  return ranking.finish(std::move(numbers));
}

Ranks combined(std::span<const Frame> frames, std::span<const std::string> columns,
               bool with_missing) {
  Ranks all;
  for (const std::string& column : columns) {
    Ranks next = ranks(frames, column);
    if (with_missing) number_missing(next);
    all = &column == &columns.front() ? std::move(next) : combine(all, next);
  }
  return all;
}

}  // namespace

Ranks ranks(std::span<const Frame> frames, const std::string& column) {
  const auto kind = [&](const Frame& frame) {
    const ColumnType type = frame[column].type();
    return type == ColumnType::int64 ? ColumnType::float64 : type;
  };
  const auto name_of = [](ColumnType type) -> std::string {
    return type == ColumnType::text        ? "text"
           : type == ColumnType::boolean   ? "booleans"
           : type == ColumnType::timestamp ? "times"
                                           : "numbers";
  };
  const ColumnType first = kind(frames.front());
  for (const Frame& frame : frames) {
    if (kind(frame) == first) continue;
    throw Error("column \"" + column + "\" holds " + name_of(first) + " in one frame and " +
                name_of(kind(frame)) +
                " in the other, so their values cannot be compared; read both as the same type");
  }
  if (first == ColumnType::text) return rank_text(frames, column);
  if (first != ColumnType::float64) return rank_nullable(frames, column);
  const bool real = std::any_of(frames.begin(), frames.end(), [&](const Frame& frame) {
    return frame[column].type() == ColumnType::float64;
  });
  return real ? rank_numbers<double>(frames, column) : rank_numbers<std::int64_t>(frames, column);
}

Ranks ranks(std::span<const Frame> frames, std::span<const std::string> columns) {
  return combined(frames, columns, false);
}

Ranks ranks_with_missing(std::span<const Frame> frames, std::span<const std::string> columns) {
  return combined(frames, columns, true);
}

}  // namespace ekiden::worker
