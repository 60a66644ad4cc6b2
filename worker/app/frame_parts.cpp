// SPDX-License-Identifier: MIT
#include "worker/app/frame_parts.hpp"

#include <algorithm>
#include <concepts>
#include <unordered_set>

#include "worker/app/frame_access.hpp"

namespace ekiden::worker {

namespace {

using shared::FrameColumn;
using shared::FrameLayout;
using shared::FrameView;

constexpr std::size_t kWordBits = 64;

bool is_missing(std::uint32_t code) { return code == TextPart::kMissing; }
bool is_missing(std::uint8_t flag) { return flag == ColumnData::kMissingFlag; }
bool is_missing(Timestamp time) { return time == NaT; }
template <class T>
bool is_missing(T) {
  return false;  // a missing double is NaN, of which the frame keeps no record
}

template <class Values>
bool any_missing(const Values& values) {
  return std::any_of(values.begin(), values.end(), [](auto value) { return is_missing(value); });
}

void add(FrameLayout& layout, const std::string& name, const TextPart& text) {
  const bool missing = any_missing(text.codes);
  std::uint64_t bytes = 0;
  for (const std::string_view string : text.dictionary) bytes += string.size();
  layout.add(name, shared::ColumnType::text,
             {static_cast<std::uint32_t>(text.dictionary.size() + (missing ? 1 : 0)), bytes},
             missing);
}

template <class Values>
void add(FrameLayout& layout, const std::string& name, const Values& values) {
  using T = std::remove_cv_t<typename Values::value_type>;
  constexpr auto type = std::same_as<T, double>         ? shared::ColumnType::float64
                        : std::same_as<T, std::int64_t> ? shared::ColumnType::int64
                        : std::same_as<T, Timestamp>    ? shared::ColumnType::timestamp
                                                        : shared::ColumnType::boolean;
  layout.add(name, type, {}, any_missing(values));
}

/// One bit for each value, where `is` says so.
template <class Values, class Predicate>
void write_bits(std::uint64_t* words, const Values& values, Predicate is) {
  std::fill_n(words, shared::bitmap_words(values.size()), std::uint64_t{0});
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (is(values[row])) words[row / kWordBits] |= std::uint64_t{1} << row % kWordBits;
  }
}

template <class Values>
void write_valid(const NewFrame& frame, const FrameColumn& column, const Values& values) {
  if (column.nulls_offset == 0) return;
  write_bits(frame.at<std::uint64_t>(column.nulls_offset), values,
             [](auto value) { return !is_missing(value); });
}

template <class Code>
void write_codes(const std::vector<std::uint32_t>& codes, std::uint32_t missing, Code* to) {
  std::transform(codes.begin(), codes.end(), to, [missing](std::uint32_t code) {
    return static_cast<Code>(is_missing(code) ? missing : code);
  });
}

void write(const NewFrame& frame, const FrameColumn& column, const TextPart& text) {
  const std::uint32_t missing = column.dictionary_size - 1;
  if (column.code_bytes == 1) {
    write_codes(text.codes, missing, frame.at<std::uint8_t>(column.data_offset));
  } else if (column.code_bytes == 2) {
    write_codes(text.codes, missing, frame.at<std::uint16_t>(column.data_offset));
  } else {
    write_codes(text.codes, missing, frame.at<std::uint32_t>(column.data_offset));
  }
  write_valid(frame, column, text.codes);
  std::uint64_t* offset = frame.at<std::uint64_t>(column.dictionary_offset);
  char* const start = frame.at<char>(column.text_offset);
  char* to = start;
  for (const std::string_view string : text.dictionary) {
    *offset++ = static_cast<std::uint64_t>(to - start);
    to = std::copy(string.begin(), string.end(), to);
  }
  *offset = static_cast<std::uint64_t>(to - start);
  if (column.nulls_offset != 0) offset[1] = *offset;  // the empty string of missing values
}

template <class Values>
void write(const NewFrame& frame, const FrameColumn& column, const Values& values) {
  using T = std::remove_cv_t<typename Values::value_type>;
  write_valid(frame, column, values);
  if constexpr (std::same_as<T, std::uint8_t>) {
    write_bits(frame.at<std::uint64_t>(column.data_offset), values,
               [](std::uint8_t flag) { return flag == 1; });
  } else {
    std::copy(values.begin(), values.end(), frame.at<T>(column.data_offset));
  }
}

std::size_t length(const FramePart& part) {
  return std::visit(
      [](const auto& values) {
        if constexpr (std::same_as<std::decay_t<decltype(values)>, TextPart>) {
          return values.codes.size();
        } else {
          return values.size();
        }
      },
      part.values);
}

/// Only the strings that occur, so that a few rows of a large table stay small.
TextPart take_text(const FrameView& view, const FrameColumn& column,
                   std::span<const std::size_t> rows) {
  TextPart part;
  part.codes.reserve(rows.size());
  std::vector<std::uint32_t> renumbered(column.dictionary_size, TextPart::kMissing);
  const std::uint64_t missing = FrameView::missing_code(column);
  view.with_codes(column, [&](auto codes) {
    for (const std::size_t row : rows) {
      if (row == kNoRow || codes[row] == missing) {
        part.codes.push_back(TextPart::kMissing);
        continue;
      }
      std::uint32_t& code = renumbered[codes[row]];
      if (code == TextPart::kMissing) {
        code = static_cast<std::uint32_t>(part.dictionary.size());
        part.dictionary.push_back(view.text(column, codes[row]));
      }
      part.codes.push_back(code);
    }
  });
  return part;
}

Flags take_flags(const FrameView& view, const FrameColumn& column,
                 std::span<const std::size_t> rows) {
  Flags taken;
  taken.reserve(rows.size());
  for (const std::size_t row : rows) {
    const bool missing = row == kNoRow || view.is_missing(column, row);
    taken.push_back(missing                                   ? ColumnData::kMissingFlag
                    : FrameView::bit(view.flags(column), row) ? 1
                                                              : 0);
  }
  return taken;
}

std::vector<Timestamp> take_times(std::span<const Timestamp> times,
                                  std::span<const std::size_t> rows) {
  std::vector<Timestamp> taken;
  taken.reserve(rows.size());
  for (const std::size_t row : rows) taken.push_back(row == kNoRow ? NaT : times[row]);
  return taken;
}

template <class From, class To = From>
std::vector<To> take_numbers(std::span<const From> values, std::span<const std::size_t> rows) {
  std::vector<To> taken;
  taken.reserve(rows.size());
  for (const std::size_t row : rows) {
    taken.push_back(row == kNoRow ? std::numeric_limits<To>::quiet_NaN()
                                  : static_cast<To>(values[row]));
  }
  return taken;
}

}  // namespace

Frame assemble(std::span<const FramePart> parts) {
  std::unordered_set<std::string_view> names;
  FrameLayout layout(parts.empty() ? 0 : length(parts.front()));
  for (const FramePart& part : parts) {
    if (!names.insert(part.name).second) {
      throw Error("Frame: two columns would be named \"" + part.name + "\"; names must differ");
    }
    std::visit([&](const auto& values) { add(layout, part.name, values); }, part.values);
  }
  const NewFrame frame(layout);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::visit([&](const auto& values) { write(frame, layout.columns()[i], values); },
               parts[i].values);
  }
  return frame.frame();
}

FramePart take(const FrameView& view, const FrameColumn& column,
               std::span<const std::size_t> rows) {
  FramePart part{std::string(view.name(column)), {}};
  if (column.type == shared::ColumnType::text) {
    part.values = take_text(view, column, rows);
  } else if (column.type == shared::ColumnType::boolean) {
    part.values = take_flags(view, column, rows);
  } else if (column.type == shared::ColumnType::timestamp) {
    part.values = take_times(view.values<Timestamp>(column), rows);
  } else if (column.type == shared::ColumnType::float64) {
    part.values = take_numbers(view.values<double>(column), rows);
  } else if (std::find(rows.begin(), rows.end(), kNoRow) != rows.end()) {
    part.values = take_numbers<std::int64_t, double>(view.values<std::int64_t>(column), rows);
  } else {
    part.values = take_numbers(view.values<std::int64_t>(column), rows);
  }
  return part;
}

Frame take(const Frame& frame, std::span<const std::size_t> rows) {
  const FrameView view(frame.bytes().data());
  std::vector<FramePart> parts;
  for (const FrameColumn& column : view.columns()) parts.push_back(take(view, column, rows));
  return assemble(parts);
}

const FrameColumn& find_column(const Frame& frame, std::string_view name) {
  const FrameColumn* column = FrameView(frame.bytes().data()).find(name);
  if (column == nullptr) static_cast<void>(frame[name]);  // throws, naming the columns
  return *column;
}

}  // namespace ekiden::worker
