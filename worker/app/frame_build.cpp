// SPDX-License-Identifier: MIT
// Frames made of vectors.
#include <algorithm>
#include <cstring>
#include <ekiden/frame.hpp>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "shared/frame.hpp"
#include "worker/app/frame_access.hpp"

namespace ekiden {

namespace {

using shared::FrameColumn;
using shared::FrameLayout;
using Texts = std::vector<std::string>;

/// The different strings of a column in order of first appearance, and each row's number in it.
struct Encoded {
  std::vector<std::string_view> dictionary;
  std::vector<std::uint32_t> codes;
  std::uint64_t text_bytes = 0;
};

Encoded encode(const Texts& texts) {
  Encoded encoded;
  encoded.codes.reserve(texts.size());
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  for (const std::string& text : texts) {
    // Equal strings often come in a row.
    const bool again = !encoded.codes.empty() && encoded.dictionary[encoded.codes.back()] == text;
    if (again) {
      encoded.codes.push_back(encoded.codes.back());
      continue;
    }
    if (encoded.dictionary.size() == std::numeric_limits<std::uint32_t>::max()) {
      throw Error("Frame: a text column has more than 4294967295 different strings");
    }
    const auto next = static_cast<std::uint32_t>(encoded.dictionary.size());
    const auto [entry, added] = numbers.emplace(text, next);
    if (added) {
      encoded.dictionary.push_back(text);
      encoded.text_bytes += text.size();
    }
    encoded.codes.push_back(entry->second);
  }
  return encoded;
}

std::size_t length(const ColumnData& data) {
  return std::visit([](const auto& values) { return values.size(); }, data.values());
}

void check(std::span<const NamedColumn> columns) {
  std::unordered_set<std::string_view> names;
  for (const NamedColumn& column : columns) {
    const std::string what = "Frame: column \"" + column.name + '"';
    if (!names.insert(column.name).second) {
      throw Error(what + " is given twice; names must differ");
    }
    if (column.name.size() > std::numeric_limits<std::uint32_t>::max()) {
      throw Error("Frame: a column's name is longer than 4294967295 bytes");
    }
    const std::size_t rows = length(column.data), expected = length(columns.front().data);
    if (rows != expected) {
      throw Error(what + " has " + std::to_string(rows) + " values, but \"" + columns.front().name +
                  "\" has " + std::to_string(expected));
    }
  }
}

template <class T>
void write_values(const worker::NewFrame& frame, const FrameColumn& column,
                  const std::vector<T>& values) {
  std::copy(values.begin(), values.end(), frame.at<T>(column.data_offset));
}

template <class Code>
void write_codes(const std::vector<std::uint32_t>& codes, Code* to) {
  std::transform(codes.begin(), codes.end(), to,
                 [](std::uint32_t code) { return static_cast<Code>(code); });
}

void write_text(const worker::NewFrame& frame, const FrameColumn& column, const Encoded& encoded) {
  if (column.code_bytes == 1) {
    write_codes(encoded.codes, frame.at<std::uint8_t>(column.data_offset));
  } else if (column.code_bytes == 2) {
    write_codes(encoded.codes, frame.at<std::uint16_t>(column.data_offset));
  } else {
    write_codes(encoded.codes, frame.at<std::uint32_t>(column.data_offset));
  }
  std::uint64_t* offset = frame.at<std::uint64_t>(column.dictionary_offset);
  char* const start = frame.at<char>(column.text_offset);
  char* to = start;
  for (const std::string_view text : encoded.dictionary) {
    *offset++ = static_cast<std::uint64_t>(to - start);
    to = std::copy(text.begin(), text.end(), to);
  }
  *offset = static_cast<std::uint64_t>(to - start);
}

}  // namespace

Frame Frame::from_columns(std::span<const NamedColumn> columns) {
  check(columns);
  FrameLayout layout(columns.empty() ? 0 : length(columns.front().data));
  std::vector<Encoded> encoded(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& [name, data] = columns[i];
    if (const auto* texts = std::get_if<Texts>(&data.values())) {
      encoded[i] = encode(*texts);
      layout.add(name, shared::ColumnType::text,
                 {static_cast<std::uint32_t>(encoded[i].dictionary.size()), encoded[i].text_bytes});
    } else {
      const bool real = std::holds_alternative<std::vector<double>>(data.values());
      layout.add(name, real ? shared::ColumnType::float64 : shared::ColumnType::int64);
    }
  }
  const worker::NewFrame frame(layout);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const FrameColumn& column = layout.columns()[i];
    const ColumnData::Values& values = columns[i].data.values();
    if (const auto* reals = std::get_if<std::vector<double>>(&values)) {
      write_values(frame, column, *reals);
    } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&values)) {
      write_values(frame, column, *integers);
    } else {
      write_text(frame, column, encoded[i]);
    }
  }
  return frame.frame();
}

ColumnData::ColumnData(const Column& column) {
  switch (column.type()) {
    case ColumnType::float64: {
      const auto values = column.as<double>();
      values_ = std::vector<double>(values.begin(), values.end());
      break;
    }
    case ColumnType::int64: {
      const auto values = column.as<std::int64_t>();
      values_ = std::vector<std::int64_t>(values.begin(), values.end());
      break;
    }
    case ColumnType::text: {
      Texts texts;
      texts.reserve(column.size());
      for (std::size_t row = 0; row < column.size(); ++row) texts.emplace_back(column.text(row));
      values_ = std::move(texts);
      break;
    }
  }
}

}  // namespace ekiden
