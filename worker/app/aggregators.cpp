// SPDX-License-Identifier: MIT
#include "worker/app/aggregators.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "shared/frame.hpp"
#include "worker/app/frame_ranks.hpp"

namespace ekiden::worker {

namespace {

using Groups = std::span<const std::uint32_t>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <class T>
bool missing(T value) {
  if constexpr (std::same_as<T, double>) return std::isnan(value);
  return false;
}

[[noreturn]] void throw_function(const Aggregation& wanted, const char* problem) {
  throw Error("agg: \"" + wanted.function + "\" of column \"" + wanted.column + "\": " + problem);
}

/// A value for each group.
template <class T, class Value>
std::vector<T> each(Groups groups, Value value) {
  std::vector<T> values(groups.size());
  std::transform(groups.begin(), groups.end(), values.begin(), value);
  return values;
}

/// The values of a column, made where it has none that can be added up.
class Totalled final : public Aggregator {
 public:
  template <class T>
  Totalled(const Aggregation& wanted, std::span<const T> values, GroupTotals& totals)
      : wanted_(wanted), column_(totals.column(values)) {}
  /// True is 1 and false 0.
  Totalled(const Aggregation& wanted, const Column& flags, GroupTotals& totals)
      : wanted_(wanted), of_flags_(flags.size()) {
    for (std::size_t row = 0; row < of_flags_.size(); ++row) {
      of_flags_[row] = flags.is_missing(row) ? kNan : flags.flag(row) ? 1 : 0;
    }
    column_ = totals.column(std::span<const double>(of_flags_));
  }

  FramePart finish(const GroupTotals& totals, Groups groups) override {
    const auto count = [&](std::uint32_t group) { return totals.count(column_, group); };
    const auto sum = [&](std::uint32_t group) { return totals.sum(column_, group); };
    if (wanted_.function == "count") return {wanted_.name, each<std::int64_t>(groups, count)};
    if (wanted_.function == "sum") {
      if (of_flags_.empty()) return {wanted_.name, each<double>(groups, sum)};
      return {wanted_.name, each<std::int64_t>(groups, [&](std::uint32_t group) {
                return static_cast<std::int64_t>(sum(group));
              })};
    }
    return {wanted_.name, each<double>(groups, [&](std::uint32_t group) {
              return count(group) == 0 ? kNan : sum(group) / static_cast<double>(count(group));
            })};
  }

 private:
  const Aggregation wanted_;
  std::vector<double> of_flags_;
  std::size_t column_;
};

/// Exact, unlike that of doubles.
class IntegerSum final : public Aggregator {
 public:
  IntegerSum(std::string name, std::span<const std::int64_t> values)
      : name_(std::move(name)), values_(values) {}

  void grow(std::size_t groups) override {
    sums_.resize(groups);
    too_large_.resize(groups);
  }
  void add(std::size_t first, Groups group_of) override {
    for (std::size_t row = 0; row < group_of.size(); ++row) {
      std::int64_t& sum = sums_[group_of[row]];
      if (__builtin_add_overflow(sum, values_[first + row], &sum)) too_large_[group_of[row]] = 1;
    }
  }
  /// Only here, because there may be no group for rows that were added.
  FramePart finish(const GroupTotals&, Groups groups) override {
    if (std::any_of(groups.begin(), groups.end(), [&](auto group) { return too_large_[group]; })) {
      throw Error("the sum of a group is beyond 64 bits signed; make the column one of doubles");
    }
    return {name_, each<std::int64_t>(groups, [&](std::uint32_t group) { return sums_[group]; })};
  }

 private:
  const std::string name_;
  const std::span<const std::int64_t> values_;
  std::vector<std::int64_t> sums_;
  std::vector<std::uint8_t> too_large_;
};

/// For each group the value that is `better` than its others. Doubles may all be missing; of
/// integers every group has one.
template <class T, class Better>
class Best final : public Aggregator {
 public:
  Best(std::string name, std::span<const T> values, T worst)
      : name_(std::move(name)),
        values_(values),
        worst_(std::same_as<T, double> ? static_cast<T>(kNan) : worst) {}

  void grow(std::size_t groups) override { best_.resize(groups, worst_); }
  void add(std::size_t first, Groups group_of) override {
    for (std::size_t row = 0; row < group_of.size(); ++row) {
      const T value = values_[first + row];
      T& best = best_[group_of[row]];
      if (!missing(value) && (missing(best) || Better()(value, best))) best = value;
    }
  }
  FramePart finish(const GroupTotals&, Groups groups) override {
    return {name_, each<T>(groups, [&](std::uint32_t group) { return best_[group]; })};
  }

 private:
  const std::string name_;
  const std::span<const T> values_;
  const T worst_;
  std::vector<T> best_;
};

/// How many rows of each group have a value, of values that can only be ordered.
class Present final : public Aggregator {
 public:
  Present(std::string name, Column column) : name_(std::move(name)), column_(std::move(column)) {}

  void grow(std::size_t groups) override { counts_.resize(groups); }
  void add(std::size_t first, Groups group_of) override {
    for (std::size_t row = 0; row < group_of.size(); ++row) {
      if (!column_.is_missing(first + row)) ++counts_[group_of[row]];
    }
  }
  FramePart finish(const GroupTotals&, Groups groups) override {
    return {name_, each<std::int64_t>(groups, [&](std::uint32_t group) { return counts_[group]; })};
  }

 private:
  const std::string name_;
  const Column column_;
  std::vector<std::int64_t> counts_;
};

/// For each group the row with its least value, or its greatest.
class Extremes final : public Aggregator {
 public:
  Extremes(const Aggregation& wanted, const Frame& frame)
      : wanted_(wanted),
        frame_(frame),
        values_(ranks({&frame, 1}, wanted.column)),
        least_(wanted.function == "min") {}

  void grow(std::size_t groups) override { rows_.resize(groups, kNoRow); }
  void add(std::size_t first, Groups group_of) override {
    for (std::size_t i = 0; i < group_of.size(); ++i) {
      const std::uint32_t rank = values_.of_row[first + i];
      if (rank == Ranks::kMissing) continue;
      std::size_t& best = rows_[group_of[i]];
      const bool better =
          best == kNoRow || (least_ ? rank < values_.of_row[best] : rank > values_.of_row[best]);
      if (better) best = first + i;
    }
  }
  FramePart finish(const GroupTotals&, Groups groups) override {
    FramePart part =
        take(shared::FrameView(frame_.bytes().data()), find_column(frame_, wanted_.column),
             each<std::size_t>(groups, [&](std::uint32_t group) { return rows_[group]; }));
    part.name = wanted_.name;
    return part;
  }

 private:
  const Aggregation wanted_;
  const Frame frame_;
  const Ranks values_;
  const bool least_;
  std::vector<std::size_t> rows_;
};

bool is_one_of(const std::string& function, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), function) != names.end();
}

template <class T>
std::unique_ptr<Aggregator> of_numbers(const Aggregation& wanted, std::span<const T> values,
                                       GroupTotals& totals) {
  using Limits = std::numeric_limits<T>;
  if (wanted.function == "min") {
    return std::make_unique<Best<T, std::less<T>>>(wanted.name, values, Limits::max());
  }
  if (wanted.function == "max") {
    return std::make_unique<Best<T, std::greater<T>>>(wanted.name, values, Limits::lowest());
  }
  if (!is_one_of(wanted.function, {"count", "sum", "mean"})) {
    throw_function(wanted, "there is \"count\", \"sum\", \"mean\", \"min\" and \"max\"");
  }
  if constexpr (std::same_as<T, std::int64_t>) {
    if (wanted.function == "sum") return std::make_unique<IntegerSum>(wanted.name, values);
  }
  return std::make_unique<Totalled>(wanted, values, totals);
}

/// What there is for values that can only be ordered: text and times.
std::unique_ptr<Aggregator> of_ordered(const Aggregation& wanted, const Frame& frame) {
  if (wanted.function == "count")
    return std::make_unique<Present>(wanted.name, frame[wanted.column]);
  if (!is_one_of(wanted.function, {"min", "max"})) {
    throw_function(wanted, frame[wanted.column].type() == ColumnType::text
                               ? "text has \"count\", \"min\" and \"max\" only"
                               : "times have \"count\", \"min\" and \"max\" only");
  }
  return std::make_unique<Extremes>(wanted, frame);
}

/// True is 1 and false 0 where they are added; of two groups' least and greatest they stay what
/// they are.
std::unique_ptr<Aggregator> of_flags(const Aggregation& wanted, const Frame& frame,
                                     GroupTotals& totals) {
  if (is_one_of(wanted.function, {"min", "max"})) return of_ordered(wanted, frame);
  if (is_one_of(wanted.function, {"count", "sum", "mean"})) {
    return std::make_unique<Totalled>(wanted, frame[wanted.column], totals);
  }
  throw_function(wanted, "there is \"count\", \"sum\", \"mean\", \"min\" and \"max\"");
}

}  // namespace

std::unique_ptr<Aggregator> make_aggregator(const Aggregation& wanted, const Frame& frame,
                                            GroupTotals& totals) {
  const Column column = frame[wanted.column];
  switch (column.type()) {
    case ColumnType::float64:
      return of_numbers(wanted, column.as<double>(), totals);
    case ColumnType::int64:
      return of_numbers(wanted, column.as<std::int64_t>(), totals);
    case ColumnType::boolean:
      return of_flags(wanted, frame, totals);
    case ColumnType::text:
    case ColumnType::timestamp:
      break;
  }
  return of_ordered(wanted, frame);
}

}  // namespace ekiden::worker
