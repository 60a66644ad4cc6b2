// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ekiden/frame.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What pandas does with whole tables, under its names: `df.sort_values("x")` there is
/// `sort_values(df, "x")` here. All return new frames; a result that pandas puts into an index is
/// a column (`as_index=False`, `reset_index()`).
///
/// A number that is missing is NaN, and a column of integers that comes to miss one becomes one of
/// doubles, as in pandas. Strings, booleans and times may be missing as such: see
/// Column::is_missing().
namespace ekiden {

/// One name or several: `"city"`, `{"city", "year"}`.
class Names {
 public:
  Names() = default;
  Names(const char* name) : names_{name} {}
  Names(std::string name) { names_.push_back(std::move(name)); }
  Names(std::initializer_list<std::string> names) : names_(names) {}
  Names(std::vector<std::string> names) : names_(std::move(names)) {}

  const std::vector<std::string>& list() const noexcept { return names_; }
  bool empty() const noexcept { return names_.empty(); }

 private:
  std::vector<std::string> names_;
};

/// The rows without a value, and those with one: `df[notna(df["people"])]`.
Mask isna(const Column& column);
Mask notna(const Column& column);

/// The rows whose value is one of those: `df[isin(df["city"], {"Seoul", "Kyoto"})]`. NaN and other
/// missing values are found if they are listed; times may be given as text. Throws Error if text
/// meets numbers, and the like.
Mask isin(const Column& column, const ColumnData& values);

/// The rows from `low` to `high`: `inclusive` is "both", "left", "right" or "neither".
template <detail::ScalarValue Low, detail::ScalarValue High>
Mask between(const Column& column, const Low& low, const High& high,
             std::string_view inclusive = "both") {
  const bool both = inclusive == "both";
  if (!both && inclusive != "left" && inclusive != "right" && inclusive != "neither") {
    throw Error("between: inclusive is \"both\", \"left\", \"right\" or \"neither\", not \"" +
                std::string(inclusive) + '"');
  }
  return (both || inclusive == "left" ? column >= low : column > low) &
         (both || inclusive == "right" ? column <= high : column < high);
}

/// The columns of those names, in that order: pandas' `df[["a", "b"]]`.
Frame select(const Frame& frame, const Names& names);

/// The rows in the order of one column or of several, the first deciding. Equal rows keep their
/// order; NaN comes last either way. Text is ordered by its bytes.
Frame sort_values(const Frame& frame, const Names& by, bool ascending = true);
/// The same with a direction for each column. Throws Error unless there are as many of both.
Frame sort_values(const Frame& frame, const Names& by, const std::vector<bool>& ascending);

/// How often each value occurs, the most frequent first and then in order of appearance: two
/// columns, the values under the column's name and "count". Missing values are not counted.
Frame value_counts(const Column& column);

/// Count, mean, std, min, 25%, 50%, 75% and max of each numeric column; "index" holds these names.
/// Booleans and times are left out. Throws Error if there is no numeric column.
Frame describe(const Frame& frame);

/// One column of what GroupBy::agg makes: `{"people", "sum"}`, or `{"total", "people", "sum"}`
/// where it is to have a name of its own.
struct Aggregation {
  Aggregation(std::string column_, std::string function_)
      : name(column_), column(std::move(column_)), function(std::move(function_)) {}
  Aggregation(std::string name_, std::string column_, std::string function_)
      : name(std::move(name_)), column(std::move(column_)), function(std::move(function_)) {}

  std::string name;
  std::string column;
  std::string function;  ///< "count", "sum", "mean", "min" or "max"
};

/// The rows of a frame by equal keys. Rows whose key is NaN belong to no group.
class GroupBy {
 public:
  /// The keys' columns and one for each aggregation, a row per group, in the order of the keys.
  ///
  /// Missing values are left out of each function: the count of a group without numbers is 0, as is
  /// its sum; the others are missing. Text and times have a count, a minimum and a maximum;
  /// booleans are added as 1 and 0. Doubles are added in an order of its own, always the same for
  /// the same frame, so a sum may end in other digits than one made row by row. Throws Error for a
  /// function that there is not, for a sum or a mean of text or times and for two columns of one
  /// name.
  ///
  /// Of a frame that a memoized function gave, with 4096 rows and more, each worker remembers small
  /// results, so that asking again costs nothing.
  Frame agg(std::initializer_list<Aggregation> aggregations) const {
    return agg(std::vector<Aggregation>(aggregations));
  }
  Frame agg(const std::vector<Aggregation>& aggregations) const;
  /// The keys' columns and "size", the number of rows of each group.
  Frame size() const;

 private:
  friend GroupBy groupby(const Frame& frame, const Names& by);
  GroupBy(Frame frame, Names by) : frame_(std::move(frame)), by_(std::move(by)) {}

  const Frame frame_;
  const Names by_;
};

/// `groupby(df, {"city", "year"}).agg({{"people", "sum"}})`. Throws Error if `by` is empty or names
/// a column that there is not.
GroupBy groupby(const Frame& frame, const Names& by);

struct MergeOptions {
  Names on = {};              ///< the keys; without any, the columns that both frames have
  std::string how = "inner";  ///< "inner", "left", "right" or "outer"
  /// What is added to the names of columns that both frames have and that are no keys.
  std::pair<std::string, std::string> suffixes = {"_x", "_y"};
};

/// The rows of two frames with equal keys side by side, one for each pair of them.
///
///     merge(people, cities, {.on = "city", .how = "left"})
///
/// "inner" and "left" keep the left frame's order, "right" the right one's, "outer" orders by the
/// keys. "left" and "outer" keep rows of the left frame without a partner, "right" and "outer"
/// those of the right one: the other's values are missing there. Missing keys are equal. Throws
/// Error if keys are text in one frame and numbers in the other, or if names clash.
Frame merge(const Frame& left, const Frame& right, const MergeOptions& options = {});

}  // namespace ekiden
