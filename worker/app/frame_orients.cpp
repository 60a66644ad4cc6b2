// SPDX-License-Identifier: MIT
// Frames to and from JSON in pandas' orients.
#include <cmath>
#include <ekiden/frame_io.hpp>
#include <unordered_map>

#include "worker/app/frame_parts.hpp"
#include "worker/app/frame_values.hpp"

namespace ekiden {

namespace {

using worker::FramePart;

[[noreturn]] void throw_orient(const char* where, std::string_view orient) {
  throw Error(std::string(where) + ": orient is \"split\", \"records\" or \"columns\", not \"" +
              std::string(orient) + '"');
}

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(); }

/// One column's values, each as JSON.
std::vector<Json> values_of(const Column& column) {
  std::vector<Json> values;
  values.reserve(column.size());
  switch (column.type()) {
    case ColumnType::float64:
      for (const double value : column.as<double>()) values.push_back(finite(value));
      break;
    case ColumnType::int64:
      for (const std::int64_t value : column.as<std::int64_t>()) values.emplace_back(value);
      break;
    case ColumnType::text:
      for (std::size_t row = 0; row < column.size(); ++row) values.emplace_back(column.text(row));
      break;
  }
  return values;
}

Json split_of(const Frame& frame) {
  const std::size_t rows = frame.rows();
  std::vector<Json::Array> data(rows);
  Json::Array index, columns;
  for (std::size_t row = 0; row < rows; ++row) index.emplace_back(row);
  for (const std::string& name : frame.columns()) {
    columns.emplace_back(name);
    std::vector<Json> values = values_of(frame[name]);
    for (std::size_t row = 0; row < rows; ++row) data[row].push_back(std::move(values[row]));
  }
  Json::Array lists(std::make_move_iterator(data.begin()), std::make_move_iterator(data.end()));
  return Json{
      {"columns", std::move(columns)}, {"index", std::move(index)}, {"data", std::move(lists)}};
}

Json columns_of(const Frame& frame) {
  Json::Object columns;
  for (const std::string& name : frame.columns()) {
    Json::Object cells;
    for (Json& value : values_of(frame[name])) {
      cells.emplace_back(std::to_string(cells.size()), std::move(value));
    }
    columns.emplace_back(name, std::move(cells));
  }
  return Json(std::move(columns));
}

/// The cells of a frame to be, in columns that may appear at any row.
class Cells {
 public:
  std::size_t column(std::string_view name) {
    const auto [entry, added] = numbers_.emplace(name, columns_.size());
    if (added) columns_.push_back({std::string(name), {}});
    return entry->second;
  }
  void set(std::size_t column, std::size_t row, const Json& value) {
    std::vector<const Json*>& cells = columns_[column].cells;
    if (cells.size() <= row) cells.resize(row + 1);
    cells[row] = &value;
  }

  Frame frame(std::size_t rows) {
    std::vector<FramePart> parts;
    for (auto& [name, cells] : columns_) {
      cells.resize(rows);
      parts.push_back(worker::part_of("read_json", name, cells));
    }
    return worker::assemble(parts);
  }

 private:
  struct Named {
    std::string name;
    std::vector<const Json*> cells;
  };
  std::unordered_map<std::string_view, std::size_t> numbers_;
  std::vector<Named> columns_;
};

const Json::Object& object(const Json& json, const std::string& what) {
  if (const Json::Object* members = json.as_object()) return *members;
  throw Error("read_json: " + what + " is " + std::string(json.kind_name()) + ", not an object");
}

const Json::Array& list(const Json& json, const std::string& what) {
  if (const Json::Array* items = json.as_array()) return *items;
  throw Error("read_json: " + what + " is " + std::string(json.kind_name()) + ", not a list");
}

Frame from_records(const Json& table) {
  const Json::Array& records = list(table, "a table of orient \"records\"");
  Cells cells;
  for (std::size_t row = 0; row < records.size(); ++row) {
    for (const auto& [name, value] : object(records[row], "record " + std::to_string(row))) {
      cells.set(cells.column(name), row, value);
    }
  }
  return cells.frame(records.size());
}

Frame from_columns(const Json& table) {
  Cells cells;
  std::unordered_map<std::string_view, std::size_t> labels;
  for (const auto& [name, column] : object(table, "a table of orient \"columns\"")) {
    const std::size_t number = cells.column(name);
    for (const auto& [label, value] : object(column, "column \"" + name + '"')) {
      cells.set(number, labels.emplace(label, labels.size()).first->second, value);
    }
  }
  return cells.frame(labels.size());
}

Frame from_split(const Json& table) {
  object(table, "a table of orient \"split\"");
  const Json::Array& names = list(table["columns"], "\"columns\"");
  const Json::Array& rows = list(table["data"], "\"data\"");
  std::vector<std::vector<const Json*>> cells(names.size());
  for (const Json& row : rows) {
    const std::string what = "row " + std::to_string(&row - rows.data());
    const Json::Array& values = list(row, what);
    if (values.size() != names.size()) {
      throw Error("read_json: " + what + " has " + std::to_string(values.size()) +
                  " values, but there are " + std::to_string(names.size()) + " columns");
    }
    for (std::size_t i = 0; i < values.size(); ++i) cells[i].push_back(&values[i]);
  }
  std::vector<FramePart> parts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string* name = names[i].as_string();
    parts.push_back(worker::part_of("read_json", name ? *name : names[i].dump(), cells[i]));
  }
  return worker::assemble(parts);
}

}  // namespace

Json to_json(const Frame& frame, std::string_view orient) {
  if (orient == "records") return to_records(frame);
  if (orient == "split") return split_of(frame);
  if (orient == "columns") return columns_of(frame);
  throw_orient("to_json", orient);
}

Json to_records(const Frame& frame) {
  std::vector<Json::Object> records(frame.rows());
  for (const std::string& name : frame.columns()) {
    std::vector<Json> values = values_of(frame[name]);
    for (std::size_t row = 0; row < records.size(); ++row) {
      records[row].emplace_back(name, std::move(values[row]));
    }
  }
  return Json(Json::Array(std::make_move_iterator(records.begin()),
                          std::make_move_iterator(records.end())));
}

Frame read_json(const Json& table, std::string_view orient) {
  if (const std::string* text = table.as_string()) return read_json(Json::parse(*text), orient);
  if (orient == "records") return from_records(table);
  if (orient == "split") return from_split(table);
  if (orient == "columns") return from_columns(table);
  throw_orient("read_json", orient);
}

}  // namespace ekiden
