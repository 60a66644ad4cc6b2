// SPDX-License-Identifier: MIT
// Frames made of vectors.
#include <concepts>
#include <ekiden/frame.hpp>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "worker/app/frame_parts.hpp"

namespace ekiden {

namespace {

using worker::FramePart;
using worker::TextPart;
using Texts = std::vector<std::string>;
using OptionalTexts = std::vector<std::optional<std::string>>;

std::string_view text_of(const std::string& text) { return text; }
std::string_view text_of(const std::optional<std::string>& text) { return *text; }
bool is_missing(const std::string&) { return false; }
bool is_missing(const std::optional<std::string>& text) { return !text; }

/// The different strings of a column in order of first appearance, and each row's number in it.
template <class Text>
TextPart encode(const std::vector<Text>& texts) {
  TextPart encoded;
  encoded.codes.reserve(texts.size());
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  std::uint32_t last = TextPart::kMissing;
  for (const Text& value : texts) {
    if (is_missing(value)) {
      encoded.codes.push_back(TextPart::kMissing);
      continue;
    }
    const std::string_view text = text_of(value);
    // Equal strings often come in a row.
    if (last != TextPart::kMissing && encoded.dictionary[last] == text) {
      encoded.codes.push_back(last);
      continue;
    }
    if (encoded.dictionary.size() == TextPart::kMostStrings) {
      throw Error("Frame: a text column has more than 4294967294 different strings");
    }
    const auto next = static_cast<std::uint32_t>(encoded.dictionary.size());
    const auto [entry, added] = numbers.emplace(text, next);
    if (added) encoded.dictionary.push_back(text);
    last = entry->second;
    encoded.codes.push_back(last);
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

}  // namespace

Frame Frame::from_columns(std::span<const NamedColumn> columns) {
  check(columns);
  std::vector<FramePart> parts;
  parts.reserve(columns.size());
  for (const auto& [name, data] : columns) {
    parts.push_back({name, std::visit(
                               [](const auto& values) -> worker::PartValues {
                                 using Values = std::decay_t<decltype(values)>;
                                 if constexpr (std::same_as<Values, Texts> ||
                                               std::same_as<Values, OptionalTexts>) {
                                   return encode(values);
                                 } else {
                                   return std::span(values);
                                 }
                               },
                               data.values())});
  }
  return worker::assemble(parts);
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
      OptionalTexts texts;
      texts.reserve(column.size());
      for (std::size_t row = 0; row < column.size(); ++row) {
        texts.push_back(column.is_missing(row) ? std::nullopt
                                               : std::optional<std::string>(column.text(row)));
      }
      values_ = std::move(texts);
      break;
    }
    case ColumnType::boolean: {
      Flags flags;
      flags.reserve(column.size());
      for (std::size_t row = 0; row < column.size(); ++row) {
        flags.push_back(column.is_missing(row) ? kMissingFlag : column.flag(row) ? 1 : 0);
      }
      values_ = std::move(flags);
      break;
    }
    case ColumnType::timestamp: {
      const auto times = column.as<Timestamp>();
      values_ = std::vector<Timestamp>(times.begin(), times.end());
      break;
    }
  }
}

}  // namespace ekiden
