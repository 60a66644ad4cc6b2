// SPDX-License-Identifier: MIT
#include <cmath>
#include <ekiden/download.hpp>
#include <ekiden/frame.hpp>
#include <fstream>
#include <iterator>

#include "worker/json/writer.hpp"

namespace ekiden::dcc {

namespace {

Json data_of(std::string content, std::string filename, const MediaType& type, bool base64) {
  return {{"content", std::move(content)},
          {"filename", std::move(filename)},
          {"type", type},
          {"base64", base64}};
}

/// Readers take a byte order mark at the very beginning for none of the text, unless it is quoted.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void append_field(std::string_view text, std::string& csv) {
  const bool is_plain = text.find_first_of(",\"\r\n") == std::string_view::npos;
  if (is_plain && !text.starts_with(kByteOrderMark)) {
    csv += text;
    return;
  }
  csv += '"';
  for (const char c : text) csv.append(c == '"' ? 2 : 1, c);
  csv += '"';
}

void append_value(const Column& column, std::size_t row, std::string& csv) {
  if (column.type() == ColumnType::float64) {
    const double value = column.as<double>()[row];
    if (!std::isnan(value)) {
      csv += std::isinf(value) ? (value < 0 ? "-inf" : "inf") : Json(value).dump();
    }
  } else if (column.type() == ColumnType::int64) {
    csv += std::to_string(column.as<std::int64_t>()[row]);
  } else if (column.is_missing(row)) {
    return;
  } else if (column.type() == ColumnType::boolean) {
    csv += column.flag(row) ? "True" : "False";
  } else if (column.type() == ColumnType::timestamp) {
    csv += format_timestamp(column.as<Timestamp>()[row]);
  } else {
    append_field(column.text(row), csv);
  }
}

/// Quotes a line from `start` on that would be blank, and so be skipped by readers.
void quote_blank(std::size_t start, std::string& csv) {
  if (csv.find_first_not_of(" \t", start) != std::string::npos) return;
  csv.insert(start, 1, '"');
  csv += '"';
}

}  // namespace

Json send_bytes(std::span<const std::byte> content, std::string filename, const MediaType& type) {
  std::string text;
  worker::write_base64(text, content);
  return data_of(std::move(text), std::move(filename), type, true);
}

Json send_bytes(std::string_view content, std::string filename, const MediaType& type) {
  return send_bytes(std::as_bytes(std::span(content)), std::move(filename), type);
}

Json send_string(std::string content, std::string filename, const MediaType& type) {
  return data_of(std::move(content), std::move(filename), type, false);
}

Json send_file(const std::filesystem::path& path, std::string filename, const MediaType& type) {
  std::ifstream file(path, std::ios::binary);
  std::string content;
  // A folder opens like a file; reading it is what fails.
  if (file && file.peek() != std::ifstream::traits_type::eof()) {
    content.assign(std::istreambuf_iterator<char>(file), {});
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored) || file.bad() || !file.is_open()) {
    throw Error("send_file: cannot read \"" + path.string() + "\"; is it a file of the app?");
  }
  if (filename.empty()) filename = path.filename().string();
  return send_bytes(content, std::move(filename), type);
}

Json send_data_frame(const Frame& frame, std::string filename, const MediaType& type) {
  return send_string(to_csv(frame), std::move(filename), type);
}

std::string to_csv(const Frame& frame) {
  std::string csv;
  std::vector<Column> columns;
  for (const std::string& name : frame.columns()) {
    if (!columns.empty()) csv += ',';
    append_field(name, csv);
    columns.push_back(frame[name]);
  }
  if (!columns.empty()) quote_blank(0, csv);
  csv += '\n';
  for (std::size_t row = 0; row < frame.rows(); ++row) {
    const std::size_t start = csv.size();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) csv += ',';
      append_value(columns[i], row, csv);
    }
    quote_blank(start, csv);
    csv += '\n';
  }
  return csv;
}

}  // namespace ekiden::dcc
