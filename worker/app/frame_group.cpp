// SPDX-License-Identifier: MIT
// Summaries: groups by key, and of whole columns.
#include <algorithm>
#include <array>
#include <cmath>
#include <ekiden/frame_ops.hpp>
#include <functional>
#include <limits>

#include "shared/frame.hpp"
#include "worker/app/frame_parts.hpp"
#include "worker/app/frame_ranks.hpp"

namespace ekiden {

namespace {

using worker::FramePart;
using worker::kNoRow;
using worker::Ranks;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <class T>
bool missing(T value) {
  if constexpr (std::same_as<T, double>) return std::isnan(value);
  return false;
}

[[noreturn]] void throw_function(const Aggregation& wanted, const char* problem) {
  throw Error("agg: \"" + wanted.function + "\" of column \"" + wanted.column + "\": " + problem);
}

/// Calls `add(group, value)` for each row that has both.
template <class T, class Add>
void for_each_value(std::span<const T> values, const Ranks& groups, Add add) {
  for (std::size_t row = 0; row < values.size(); ++row) {
    const std::uint32_t group = groups.of_row[row];
    if (group != Ranks::kMissing && !missing(values[row])) add(group, values[row]);
  }
}

template <class T>
std::vector<std::int64_t> count_values(std::span<const T> values, const Ranks& groups) {
  std::vector<std::int64_t> counts(groups.size);
  for_each_value(values, groups, [&](std::uint32_t group, T) { ++counts[group]; });
  return counts;
}

template <class T>
std::vector<T> sums(std::span<const T> values, const Ranks& groups) {
  std::vector<T> sums(groups.size);
  for_each_value(values, groups, [&](std::uint32_t group, T value) {
    if constexpr (std::same_as<T, double>) {
      sums[group] += value;
    } else if (__builtin_add_overflow(sums[group], value, &sums[group])) {
      throw Error("the sum of a group is beyond 64 bits signed; make the column one of doubles");
    }
  });
  return sums;
}

/// Integers are added as doubles: their sum may be too large where their mean is not.
template <class T>
std::vector<double> means(std::span<const T> values, const Ranks& groups) {
  struct Part {
    double sum = 0;
    std::int64_t count = 0;
  };
  std::vector<Part> parts(groups.size);
  for_each_value(values, groups, [&](std::uint32_t group, T value) {
    parts[group].sum += static_cast<double>(value);
    ++parts[group].count;
  });
  std::vector<double> means(groups.size);
  std::transform(parts.begin(), parts.end(), means.begin(), [](const Part& part) {
    return part.count == 0 ? kNan : part.sum / static_cast<double>(part.count);
  });
  return means;
}

/// For each group the value that is `better` than its others. Doubles may all be missing; of
/// integers every group has one.
template <class T, class Better>
std::vector<T> best(std::span<const T> values, const Ranks& groups, T worst, Better better) {
  std::vector<T> found(groups.size, std::same_as<T, double> ? static_cast<T>(kNan) : worst);
  for_each_value(values, groups, [&](std::uint32_t group, T value) {
    if (missing(found[group]) || better(value, found[group])) found[group] = value;
  });
  return found;
}

template <class T>
FramePart aggregate_numbers(const Aggregation& wanted, std::span<const T> values,
                            const Ranks& groups) {
  using Limits = std::numeric_limits<T>;
  if (wanted.function == "count") return {wanted.name, count_values(values, groups)};
  if (wanted.function == "sum") return {wanted.name, sums(values, groups)};
  if (wanted.function == "mean") return {wanted.name, means(values, groups)};
  if (wanted.function == "min") {
    return {wanted.name, best(values, groups, Limits::max(), std::less<T>())};
  }
  if (wanted.function == "max") {
    return {wanted.name, best(values, groups, Limits::lowest(), std::greater<T>())};
  }
  throw_function(wanted, "there is \"count\", \"sum\", \"mean\", \"min\" and \"max\"");
}

std::vector<std::int64_t> sizes(const Ranks& groups) {
  std::vector<std::int64_t> counts(groups.size);
  for (const std::uint32_t group : groups.of_row) {
    if (group != Ranks::kMissing) ++counts[group];
  }
  return counts;
}

/// How many rows of each group have a value.
std::vector<std::int64_t> counts(const Column& column, const Ranks& groups) {
  std::vector<std::int64_t> counts(groups.size);
  for (std::size_t row = 0; row < groups.of_row.size(); ++row) {
    if (groups.of_row[row] != Ranks::kMissing && !column.is_missing(row)) {
      ++counts[groups.of_row[row]];
    }
  }
  return counts;
}

/// For each group the row with its least value, or its greatest.
std::vector<std::size_t> extreme_rows(const Ranks& groups, const Ranks& values, bool least) {
  std::vector<std::size_t> rows(groups.size, kNoRow);
  for (std::size_t row = 0; row < groups.of_row.size(); ++row) {
    if (groups.of_row[row] == Ranks::kMissing) continue;
    std::size_t& best = rows[groups.of_row[row]];
    const std::uint32_t rank = values.of_row[row];
    if (rank == Ranks::kMissing) continue;
    const bool better =
        best == kNoRow || (least ? rank < values.of_row[best] : rank > values.of_row[best]);
    if (better) best = row;
  }
  return rows;
}

/// What there is for values that can only be ordered: text and times.
FramePart aggregate_ordered(const Aggregation& wanted, const Frame& frame, const Ranks& groups) {
  if (wanted.function == "count") return {wanted.name, counts(frame[wanted.column], groups)};
  const bool least = wanted.function == "min";
  if (!least && wanted.function != "max") {
    throw_function(wanted, frame[wanted.column].type() == ColumnType::text
                               ? "text has \"count\", \"min\" and \"max\" only"
                               : "times have \"count\", \"min\" and \"max\" only");
  }
  const Ranks values = worker::ranks({&frame, 1}, wanted.column);
  FramePart part =
      worker::take(shared::FrameView(frame.bytes().data()),
                   worker::find_column(frame, wanted.column), extreme_rows(groups, values, least));
  part.name = wanted.name;
  return part;
}

/// True is 1 and false 0 where they are added; of two groups' least and greatest they stay what
/// they are.
FramePart aggregate_flags(const Aggregation& wanted, const Frame& frame, const Ranks& groups) {
  if (wanted.function == "min" || wanted.function == "max") {
    return aggregate_ordered(wanted, frame, groups);
  }
  const Column column = frame[wanted.column];
  std::vector<double> values(column.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    values[row] = column.is_missing(row) ? kNan : column.flag(row) ? 1 : 0;
  }
  FramePart part = aggregate_numbers(wanted, std::span<const double>(values), groups);
  if (wanted.function != "sum") return part;
  const auto& sums = std::get<std::vector<double>>(part.values);
  return {wanted.name, std::vector<std::int64_t>(sums.begin(), sums.end())};
}

FramePart aggregate(const Aggregation& wanted, const Frame& frame, const Ranks& groups) {
  const Column column = frame[wanted.column];
  switch (column.type()) {
    case ColumnType::float64:
      return aggregate_numbers(wanted, column.as<double>(), groups);
    case ColumnType::int64:
      return aggregate_numbers(wanted, column.as<std::int64_t>(), groups);
    case ColumnType::boolean:
      return aggregate_flags(wanted, frame, groups);
    case ColumnType::text:
    case ColumnType::timestamp:
      break;
  }
  return aggregate_ordered(wanted, frame, groups);
}

/// The keys of the groups: each group's first row.
std::vector<FramePart> keys_of(const Frame& frame, const Names& by, const Ranks& groups) {
  std::vector<std::size_t> rows(groups.size, kNoRow);
  std::size_t unknown = groups.size;
  for (std::size_t row = 0; unknown > 0; ++row) {
    const std::uint32_t group = groups.of_row[row];
    if (group == Ranks::kMissing || rows[group] != kNoRow) continue;
    rows[group] = row;
    --unknown;
  }
  const shared::FrameView view(frame.bytes().data());
  std::vector<FramePart> parts;
  for (const std::string& name : by.list()) {
    parts.push_back(worker::take(view, worker::find_column(frame, name), rows));
  }
  return parts;
}

constexpr std::array kStatistics = {"count", "mean", "std", "min", "25%", "50%", "75%", "max"};

/// Between the two values around that place, as pandas does.
double quantile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return kNan;
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  if (sorted[below] == sorted[above]) return sorted[below];  // infinities have no difference
  return sorted[below] + (sorted[above] - sorted[below]) * (place - std::floor(place));
}

std::vector<double> statistics(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / count;  // NaN of no values
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double deviation = count < 2 ? kNan : std::sqrt(squares / (count - 1));
  return {count,
          mean,
          deviation,
          quantile(values, 0),
          quantile(values, 0.25),
          quantile(values, 0.5),
          quantile(values, 0.75),
          quantile(values, 1)};
}

template <class T>
std::vector<double> to_reals(std::span<const T> values) {
  std::vector<double> reals;
  reals.reserve(values.size());
  for (const T value : values) reals.push_back(static_cast<double>(value));
  return reals;
}

}  // namespace

GroupBy groupby(const Frame& frame, const Names& by) {
  if (by.empty()) throw Error("groupby: name at least one column");
  for (const std::string& name : by.list()) static_cast<void>(frame[name]);
  return GroupBy(frame, by);
}

Frame GroupBy::agg(const std::vector<Aggregation>& aggregations) const {
  const Ranks groups = worker::ranks({&frame_, 1}, by_.list());
  std::vector<FramePart> parts = keys_of(frame_, by_, groups);
  for (const Aggregation& wanted : aggregations) parts.push_back(aggregate(wanted, frame_, groups));
  return worker::assemble(parts);
}

Frame GroupBy::size() const {
  const Ranks groups = worker::ranks({&frame_, 1}, by_.list());
  std::vector<FramePart> parts = keys_of(frame_, by_, groups);
  parts.push_back({"size", sizes(groups)});
  return worker::assemble(parts);
}

Frame describe(const Frame& frame) {
  std::vector<NamedColumn> columns{
      {"index", std::vector<std::string>(kStatistics.begin(), kStatistics.end())}};
  for (const std::string& name : frame.columns()) {
    const Column column = frame[name];
    if (column.type() == ColumnType::float64) {
      columns.push_back({name, statistics(to_reals(column.as<double>()))});
    } else if (column.type() == ColumnType::int64) {
      columns.push_back({name, statistics(to_reals(column.as<std::int64_t>()))});
    }
  }
  if (columns.size() == 1) throw Error("describe: the frame has no numeric column");
  return Frame::from_columns(columns);
}

}  // namespace ekiden
