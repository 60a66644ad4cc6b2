// SPDX-License-Identifier: MIT
// Frames to and from JSON in pandas' orients.
#include <algorithm>
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

enum class DateFormat { iso, epoch };

Json time_value(Timestamp time, DateFormat format) {
  if (time == NaT) return {};
  if (format == DateFormat::iso) return format_timestamp(time);
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

/// One column's values, each as JSON.
std::vector<Json> values_of(const Column& column, DateFormat format) {
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
      for (std::size_t row = 0; row < column.size(); ++row) {
        values.push_back(column.is_missing(row) ? Json() : Json(column.text(row)));
      }
      break;
    case ColumnType::boolean:
      for (std::size_t row = 0; row < column.size(); ++row) {
        values.push_back(column.is_missing(row) ? Json() : Json(column.flag(row)));
      }
      break;
    case ColumnType::timestamp:
      for (const Timestamp time : column.as<Timestamp>()) {
        values.push_back(time_value(time, format));
      }
      break;
  }
  return values;
}

Json split_of(const Frame& frame, DateFormat format) {
  const std::size_t rows = frame.rows();
  std::vector<Json::Array> data(rows);
  Json::Array index, columns;
  for (std::size_t row = 0; row < rows; ++row) index.emplace_back(row);
  for (const std::string& name : frame.columns()) {
    columns.emplace_back(name);
    std::vector<Json> values = values_of(frame[name], format);
    for (std::size_t row = 0; row < rows; ++row) data[row].push_back(std::move(values[row]));
  }
  Json::Array lists(std::make_move_iterator(data.begin()), std::make_move_iterator(data.end()));
  return Json{
      {"columns", std::move(columns)}, {"index", std::move(index)}, {"data", std::move(lists)}};
}

Json columns_of(const Frame& frame, DateFormat format) {
  Json::Object columns;
  for (const std::string& name : frame.columns()) {
    Json::Object cells;
    for (Json& value : values_of(frame[name], format)) {
      cells.emplace_back(std::to_string(cells.size()), std::move(value));
    }
    columns.emplace_back(name, std::move(cells));
  }
  return Json(std::move(columns));
}

Json records_of(const Frame& frame, DateFormat format) {
  std::vector<Json::Object> records(frame.rows());
  for (const std::string& name : frame.columns()) {
    std::vector<Json> values = values_of(frame[name], format);
    for (std::size_t row = 0; row < records.size(); ++row) {
      records[row].emplace_back(name, std::move(values[row]));
    }
  }
  return Json(Json::Array(std::make_move_iterator(records.begin()),
                          std::make_move_iterator(records.end())));
}

/// Which columns of a frame to be hold times.
class Dates {
 public:
  explicit Dates(const Names& names) : names_(names.list()) {}
  worker::Cells operator()(const std::string& name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) return worker::Cells::values;
    names_.erase(found);
    return worker::Cells::times;
  }
  /// Throws Error if a column was named that there is not.
  void check_used() const {
    if (names_.empty()) return;
    throw Error("read_json: there is no column \"" + names_.front() +
                "\", which convert_dates names");
  }

 private:
  std::vector<std::string> names_;
};

/// The cells of a frame to be, in columns that may appear at any row.
class Table {
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

  Frame frame(std::size_t rows, Dates& dates) {
    std::vector<FramePart> parts;
    for (auto& [name, cells] : columns_) {
      cells.resize(rows);
      parts.push_back(worker::part_of("read_json", name, cells, dates(name)));
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

Frame from_records(const Json& table, Dates& dates) {
  const Json::Array& records = list(table, "a table of orient \"records\"");
  Table cells;
  for (std::size_t row = 0; row < records.size(); ++row) {
    for (const auto& [name, value] : object(records[row], "record " + std::to_string(row))) {
      cells.set(cells.column(name), row, value);
    }
  }
  return cells.frame(records.size(), dates);
}

Frame from_columns(const Json& table, Dates& dates) {
  Table cells;
  std::unordered_map<std::string_view, std::size_t> labels;
  for (const auto& [name, column] : object(table, "a table of orient \"columns\"")) {
    const std::size_t number = cells.column(name);
    for (const auto& [label, value] : object(column, "column \"" + name + '"')) {
      cells.set(number, labels.emplace(label, labels.size()).first->second, value);
    }
  }
  return cells.frame(labels.size(), dates);
}

Frame from_split(const Json& table, Dates& dates) {
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
    const std::string* text = names[i].as_string();
    const std::string name = text ? *text : names[i].dump();
    parts.push_back(worker::part_of("read_json", name, cells[i], dates(name)));
  }
  return worker::assemble(parts);
}

}  // namespace

Json to_json(const Frame& frame, std::string_view orient, std::string_view date_format) {
  if (date_format != "iso" && date_format != "epoch") {
    throw Error("to_json: date_format is \"iso\" or \"epoch\", not \"" + std::string(date_format) +
                '"');
  }
  const DateFormat format = date_format == "iso" ? DateFormat::iso : DateFormat::epoch;
  if (orient == "records") return records_of(frame, format);
  if (orient == "split") return split_of(frame, format);
  if (orient == "columns") return columns_of(frame, format);
  throw_orient("to_json", orient);
}

Json to_records(const Frame& frame) { return records_of(frame, DateFormat::iso); }

Frame read_json(const Json& table, std::string_view orient, const Names& convert_dates) {
  if (const std::string* text = table.as_string()) {
    return read_json(Json::parse(*text), orient, convert_dates);
  }
  const auto read = orient == "records"   ? from_records
                    : orient == "split"   ? from_split
                    : orient == "columns" ? from_columns
                                          : nullptr;
  if (read == nullptr) throw_orient("read_json", orient);
  Dates dates(convert_dates);
  Frame frame = read(table, dates);
  dates.check_used();
  return frame;
}

}  // namespace ekiden
