// SPDX-License-Identifier: MIT
// Summaries: groups by key, and of whole columns.
#include <algorithm>
#include <array>
#include <cmath>
#include <ekiden/frame_ops.hpp>
#include <limits>
#include <memory>

#include "worker/app/aggregators.hpp"
#include "worker/app/frame_parts.hpp"
#include "worker/app/group_numbers.hpp"
#include "worker/app/group_totals.hpp"
#include "worker/app/remembered_frames.hpp"

namespace ekiden {

namespace {

using worker::CloseKeys;
using worker::FramePart;
using worker::GroupNumbers;
using worker::RankedKeys;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// What is asked of the groups.
struct Plan {
  Plan(const Frame& frame, const std::vector<Aggregation>& aggregations) : rows(frame.rows()) {
    for (const Aggregation& wanted : aggregations) {
      aggregators.push_back(worker::make_aggregator(wanted, frame, totals));
    }
  }

  void grow(std::size_t groups) {
    totals.grow(groups);
    for (const auto& aggregator : aggregators) aggregator->grow(groups);
  }
  void add(std::size_t first, std::span<const std::uint32_t> group_of) {
    totals.add(first, group_of);
    for (const auto& aggregator : aggregators) aggregator->add(first, group_of);
  }

  const std::size_t rows;
  worker::GroupTotals totals;
  std::vector<std::unique_ptr<worker::Aggregator>> aggregators;
};

/// Goes through all rows once, a block at a time. False if the numbers do not reach.
bool add_all(GroupNumbers& numbers, Plan& plan) {
  std::array<std::uint32_t, worker::kBlockRows> memory;
  std::size_t room = 0;
  for (std::size_t first = 0; first < plan.rows; first += worker::kBlockRows) {
    const auto group_of = std::span(memory).first(std::min(worker::kBlockRows, plan.rows - first));
    if (!numbers.read(first, group_of)) return false;
    if (numbers.size() > room) plan.grow(room = numbers.size());
    plan.add(first, group_of);
  }
  return true;
}

/// Those that have rows.
std::vector<std::uint32_t> groups_of(const GroupNumbers& numbers, const Plan& plan) {
  std::vector<std::uint32_t> groups;
  const std::size_t most = plan.rows == 0 ? 0 : numbers.groups();
  for (std::uint32_t group = 0; group < most; ++group) {
    if (plan.totals.rows(group) > 0) groups.push_back(group);
  }
  return groups;
}

/// A frame of the keys, and of the columns that `finish` adds to them.
template <class Finish>
Frame grouped(const Frame& frame, const Names& by, const std::vector<Aggregation>& aggregations,
              Finish finish) {
  const auto frame_of = [&](const GroupNumbers& numbers, const Plan& plan) {
    const std::vector<std::uint32_t> groups = groups_of(numbers, plan);
    std::vector<FramePart> parts = numbers.keys(groups);
    finish(plan, groups, parts);
    return worker::assemble(parts);
  };
  if (auto close = CloseKeys::of(frame, by)) {
    for (bool go_on = true; go_on; go_on = close->look_at_all()) {
      Plan plan(frame, aggregations);
      if (add_all(*close, plan)) return frame_of(*close, plan);
    }
  }
  RankedKeys ranked(frame, by);
  Plan plan(frame, aggregations);
  add_all(ranked, plan);
  return frame_of(ranked, plan);
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
  detail::KeyWriter operation("agg");
  for (const std::string& name : by_.list()) operation.text(name);
  operation.tag(':');
  for (const Aggregation& wanted : aggregations) {
    for (const auto& text : {wanted.name, wanted.column, wanted.function}) operation.text(text);
  }
  return worker::remembered(frame_, operation, [&] {
    return grouped(frame_, by_, aggregations,
                   [](const Plan& plan, const auto& groups, std::vector<FramePart>& parts) {
                     for (const auto& aggregator : plan.aggregators) {
                       parts.push_back(aggregator->finish(plan.totals, groups));
                     }
                   });
  });
}

Frame GroupBy::size() const {
  return grouped(frame_, by_, {},
                 [](const Plan& plan, const auto& groups, std::vector<FramePart>& parts) {
                   std::vector<std::int64_t> sizes;
                   for (const std::uint32_t group : groups)
                     sizes.push_back(plan.totals.rows(group));
                   parts.push_back({"size", std::move(sizes)});
                 });
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
