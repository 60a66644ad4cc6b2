// SPDX-License-Identifier: MIT
#include "worker/app/frame_parts.hpp"

#include <algorithm>
#include <unordered_set>

#include "worker/app/frame_access.hpp"

namespace ekiden::worker {

namespace {

using shared::FrameColumn;
using shared::FrameLayout;
using shared::FrameView;

constexpr std::uint32_t kUnused = std::numeric_limits<std::uint32_t>::max();

void add(FrameLayout& layout, const FramePart& part) {
  if (const auto* text = std::get_if<TextPart>(&part.values)) {
    std::uint64_t bytes = 0;
    for (const std::string_view string : text->dictionary) bytes += string.size();
    layout.add(part.name, shared::ColumnType::text,
               {static_cast<std::uint32_t>(text->dictionary.size()), bytes});
    return;
  }
  const bool real = std::holds_alternative<std::vector<double>>(part.values);
  layout.add(part.name, real ? shared::ColumnType::float64 : shared::ColumnType::int64);
}

template <class Code>
void write_codes(const std::vector<std::uint32_t>& codes, Code* to) {
  std::transform(codes.begin(), codes.end(), to,
                 [](std::uint32_t code) { return static_cast<Code>(code); });
}

void write(const NewFrame& frame, const FrameColumn& column, const TextPart& text) {
  if (column.code_bytes == 1) {
    write_codes(text.codes, frame.at<std::uint8_t>(column.data_offset));
  } else if (column.code_bytes == 2) {
    write_codes(text.codes, frame.at<std::uint16_t>(column.data_offset));
  } else {
    write_codes(text.codes, frame.at<std::uint32_t>(column.data_offset));
  }
  std::uint64_t* offset = frame.at<std::uint64_t>(column.dictionary_offset);
  char* const start = frame.at<char>(column.text_offset);
  char* to = start;
  for (const std::string_view string : text.dictionary) {
    *offset++ = static_cast<std::uint64_t>(to - start);
    to = std::copy(string.begin(), string.end(), to);
  }
  *offset = static_cast<std::uint64_t>(to - start);
}

template <class T>
void write(const NewFrame& frame, const FrameColumn& column, const std::vector<T>& values) {
  std::copy(values.begin(), values.end(), frame.at<T>(column.data_offset));
}

std::size_t length(const FramePart& part) {
  if (const auto* text = std::get_if<TextPart>(&part.values)) return text->codes.size();
  if (const auto* reals = std::get_if<std::vector<double>>(&part.values)) return reals->size();
  return std::get<std::vector<std::int64_t>>(part.values).size();
}

/// Only the strings that occur, so that a few rows of a large table stay small.
TextPart take_text(const FrameView& view, const FrameColumn& column,
                   std::span<const std::size_t> rows) {
  TextPart part;
  part.codes.reserve(rows.size());
  std::vector<std::uint32_t> renumbered(column.dictionary_size, kUnused);
  std::uint32_t missing = kUnused;
  const auto added = [&part](std::string_view text) {
    part.dictionary.push_back(text);
    return static_cast<std::uint32_t>(part.dictionary.size() - 1);
  };
  view.with_codes(column, [&](auto codes) {
    for (const std::size_t row : rows) {
      if (row == kNoRow) {
        if (missing == kUnused) missing = added({});
        part.codes.push_back(missing);
        continue;
      }
      std::uint32_t& code = renumbered[codes[row]];
      const std::string_view text = view.text(column, codes[row]);
      // The missing string and the empty one are one.
      if (code == kUnused && text.empty() && missing != kUnused) code = missing;
      if (code == kUnused) code = added(text);
      if (text.empty()) missing = code;
      part.codes.push_back(code);
    }
  });
  return part;
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
    add(layout, part);
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
