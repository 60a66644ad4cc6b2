// SPDX-License-Identifier: MIT
// Rows picked and ordered by their values.
#include <algorithm>
#include <cmath>
#include <ekiden/frame_ops.hpp>
#include <functional>
#include <numeric>
#include <optional>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>

#include "shared/frame.hpp"
#include "worker/app/frame_parts.hpp"
#include "worker/app/frame_ranks.hpp"

namespace ekiden {

namespace {

using worker::FramePart;
using worker::Ranks;
using worker::TextPart;

template <class Value, class Found>
Mask mask_where(std::span<const Value> values, Found found) {
  Mask mask(values.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (found(values[row])) mask.set(row);
  }
  return mask;
}

[[noreturn]] void throw_mixed(const Column& column, const char* holds, const char* given) {
  throw Error("isin: column \"" + std::string(column.name()) + "\" holds " + holds + ", but " +
              given + " are looked for in it");
}

/// Strings that are looked for; `missing`: rows without one, too.
struct WantedTexts {
  std::unordered_set<std::string_view> texts;
  bool missing = false;
};

/// nullopt if the values are no strings.
std::optional<WantedTexts> wanted_texts(const ColumnData& values) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&values.values())) {
    return WantedTexts{{texts->begin(), texts->end()}, false};
  }
  const auto* optional = std::get_if<std::vector<std::optional<std::string>>>(&values.values());
  if (optional == nullptr) return {};
  WantedTexts wanted;
  for (const auto& text : *optional) {
    if (text) wanted.texts.insert(*text);
    wanted.missing = wanted.missing || !text;
  }
  return wanted;
}

Mask text_in(const Column& column, const ColumnData& values) {
  const auto wanted = wanted_texts(values);
  if (!wanted) throw_mixed(column, "text", "other values");
  Mask mask(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    const bool found =
        column.is_missing(row) ? wanted->missing : wanted->texts.contains(column.text(row));
    if (found) mask.set(row);
  }
  return mask;
}

Mask flags_in(const Column& column, const ColumnData& values) {
  const auto* flags = std::get_if<ColumnData::Flags>(&values.values());
  if (flags == nullptr) throw_mixed(column, "booleans", "other values");
  Mask mask(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    const std::uint8_t flag = column.is_missing(row) ? ColumnData::kMissingFlag
                              : column.flag(row)     ? 1
                                                     : 0;
    if (std::find(flags->begin(), flags->end(), flag) != flags->end()) mask.set(row);
  }
  return mask;
}

Mask times_in(const Column& column, const ColumnData& values) {
  std::unordered_set<std::int64_t> wanted;
  if (const auto* times = std::get_if<std::vector<Timestamp>>(&values.values())) {
    for (const Timestamp time : *times) wanted.insert(time.time_since_epoch().count());
  } else if (const auto texts = wanted_texts(values)) {
    for (const std::string_view text : texts->texts) {
      const auto time = parse_timestamp(text);
      if (!time) {
        throw Error("isin: \"" + std::string(text) + "\" is no time in ISO 8601, but column \"" +
                    std::string(column.name()) + "\" holds times");
      }
      wanted.insert(time->time_since_epoch().count());
    }
    if (texts->missing) wanted.insert(NaT.time_since_epoch().count());
  } else {
    throw_mixed(column, "times", "other values");
  }
  return mask_where(column.as<Timestamp>(), [&](Timestamp time) {
    return wanted.contains(time.time_since_epoch().count());
  });
}

Mask reals_in(const Column& column, const ColumnData& values) {
  std::unordered_set<double> wanted;
  bool nan = false;
  const auto add = [&](double value) {
    nan = nan || std::isnan(value);
    wanted.insert(value);
  };
  if (const auto* reals = std::get_if<std::vector<double>>(&values.values())) {
    for (const double value : *reals) add(value);
  } else if (const auto* all = std::get_if<std::vector<std::int64_t>>(&values.values())) {
    for (const std::int64_t value : *all) add(static_cast<double>(value));
  } else {
    throw_mixed(column, "numbers", "other values");
  }
  return mask_where(column.as<double>(),
                    [&](double value) { return std::isnan(value) ? nan : wanted.contains(value); });
}

Mask integers_in(const Column& column, const ColumnData& values) {
  std::unordered_set<std::int64_t> wanted;
  if (const auto* all = std::get_if<std::vector<std::int64_t>>(&values.values())) {
    wanted.insert(all->begin(), all->end());
  } else if (const auto* reals = std::get_if<std::vector<double>>(&values.values())) {
    for (const double value : *reals) {
      const bool whole = value == std::floor(value) && std::abs(value) < 0x1p63;
      if (whole) wanted.insert(static_cast<std::int64_t>(value));
    }
  } else {
    throw_mixed(column, "numbers", "other values");
  }
  return mask_where(column.as<std::int64_t>(),
                    [&](std::int64_t value) { return wanted.contains(value); });
}

/// The numbers of the rows by falling count; the first to appear first among equal counts.
std::vector<std::size_t> by_count(const std::vector<std::int64_t>& counts) {
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  return order;
}

template <class Value>
struct Counts {
  void add(Value value) {
    const auto [entry, added] = numbers.emplace(value, values.size());
    if (added) {
      values.push_back(value);
      counts.push_back(0);
    }
    ++counts[entry->second];
  }

  /// `shown`: a value as it is in the frame.
  template <class Shown = std::identity>
  Frame frame(std::string_view name, Shown shown = {}) const {
    FramePart what{std::string(name), {}}, count{"count", {}};
    std::vector<std::decay_t<std::invoke_result_t<Shown, Value>>> sorted;
    auto& sorted_counts = count.values.emplace<std::vector<std::int64_t>>();
    for (const std::size_t number : by_count(counts)) {
      sorted.push_back(shown(values[number]));
      sorted_counts.push_back(counts[number]);
    }
    if constexpr (std::same_as<Value, std::string_view>) {
      std::vector<std::uint32_t> codes(sorted.size());
      std::iota(codes.begin(), codes.end(), 0U);
      what.values = TextPart{std::move(sorted), std::move(codes)};
    } else {
      what.values = std::move(sorted);
    }
    return worker::assemble(std::vector{std::move(what), std::move(count)});
  }

  std::unordered_map<Value, std::size_t> numbers;
  std::vector<Value> values;
  std::vector<std::int64_t> counts;
};

/// Orders `rows` by rank and leaves rows of equal rank as they are. A counting sort: ranks have no
/// gaps.
void sort_by(const Ranks& ranks, bool ascending, std::vector<std::size_t>& rows) {
  const auto bucket = [&](std::size_t row) -> std::size_t {
    const std::uint32_t rank = ranks.of_row[row];
    if (rank == Ranks::kMissing) return ranks.size;
    return ascending ? rank : ranks.size - 1 - rank;
  };
  std::vector<std::size_t> start(std::size_t{ranks.size} + 2);
  for (const std::size_t row : rows) ++start[bucket(row) + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  std::vector<std::size_t> sorted(rows.size());
  for (const std::size_t row : rows) sorted[start[bucket(row)]++] = row;
  rows = std::move(sorted);
}

}  // namespace

Mask isna(const Column& column) {
  Mask mask(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.is_missing(row)) mask.set(row);
  }
  return mask;
}

Mask notna(const Column& column) { return ~isna(column); }

Mask isin(const Column& column, const ColumnData& values) {
  switch (column.type()) {
    case ColumnType::text:
      return text_in(column, values);
    case ColumnType::float64:
      return reals_in(column, values);
    case ColumnType::int64:
      return integers_in(column, values);
    case ColumnType::boolean:
      return flags_in(column, values);
    case ColumnType::timestamp:
      return times_in(column, values);
  }
  return Mask(column.size());
}

Frame select(const Frame& frame, const Names& names) {
  std::vector<std::size_t> rows(frame.rows());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const shared::FrameView view(frame.bytes().data());
  std::vector<FramePart> parts;
  for (const std::string& name : names.list()) {
    parts.push_back(worker::take(view, worker::find_column(frame, name), rows));
  }
  return worker::assemble(parts);
}

Frame sort_values(const Frame& frame, const Names& by, bool ascending) {
  return sort_values(frame, by, std::vector<bool>(by.list().size(), ascending));
}

Frame sort_values(const Frame& frame, const Names& by, const std::vector<bool>& ascending) {
  if (ascending.size() != by.list().size()) {
    throw Error("sort_values: " + std::to_string(by.list().size()) + " columns, but " +
                std::to_string(ascending.size()) + " directions; give one for each column");
  }
  std::vector<std::size_t> rows(frame.rows());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  for (std::size_t i = by.list().size(); i-- > 0;) {
    sort_by(worker::ranks({&frame, 1}, by.list()[i]), ascending[i], rows);
  }
  return worker::take(frame, rows);
}

Frame value_counts(const Column& column) {
  if (column.type() == ColumnType::text) {
    Counts<std::string_view> counts;
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (!column.is_missing(row)) counts.add(column.text(row));
    }
    return counts.frame(column.name());
  }
  if (column.type() == ColumnType::boolean) {
    Counts<std::uint8_t> counts;
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (!column.is_missing(row)) counts.add(column.flag(row) ? 1 : 0);
    }
    return counts.frame(column.name());
  }
  if (column.type() == ColumnType::timestamp) {
    Counts<std::int64_t> counts;
    for (const Timestamp time : column.as<Timestamp>()) {
      if (time != NaT) counts.add(time.time_since_epoch().count());
    }
    return counts.frame(column.name(), [](std::int64_t count) {
      return Timestamp(std::chrono::nanoseconds(count));
    });
  }
  if (column.type() == ColumnType::int64) {
    Counts<std::int64_t> counts;
    for (const std::int64_t value : column.as<std::int64_t>()) counts.add(value);
    return counts.frame(column.name());
  }
  Counts<double> counts;
  for (const double value : column.as<double>()) {
    if (!std::isnan(value)) counts.add(value);
  }
  return counts.frame(column.name());
}

}  // namespace ekiden
