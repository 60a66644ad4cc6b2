// SPDX-License-Identifier: MIT
// Frames of CSV.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <ekiden/frame_io.hpp>
#include <limits>
#include <optional>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

#include "worker/app/csv_rows.hpp"
#include "worker/app/frame_parts.hpp"

namespace ekiden {

namespace {

using worker::Flags;
using worker::FramePart;
using worker::TextPart;
using Cells = std::vector<std::string_view>;

/// What pandas takes for a missing value.
constexpr std::array<std::string_view, 19> kMissing = {
    "",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A",  "NA",       "NULL", "NaN",     "None",     "n/a",  "nan",  "null"};

/// The cells of a file by columns.
struct Table {
  std::string source;
  std::vector<std::string> names;
  std::vector<Cells> columns;
  std::vector<std::size_t> lines;  ///< where the rows start
  std::unordered_set<std::string_view> missing;

  bool is_missing(std::string_view cell) const { return missing.contains(cell); }
  [[noreturn]] void fail(std::size_t row, std::size_t column, const std::string& problem) const {
    throw CsvError(source, lines[row], column + 1, std::string(columns[column][row]), problem);
  }
};

std::string_view trimmed(std::string_view cell) {
  while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
  while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\t')) cell.remove_suffix(1);
  return cell;
}

/// The number that the cell is, blanks around it aside.
template <class T>
std::optional<T> number(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.size() > 1 && cell[0] == '+' && cell[1] != '-') cell.remove_prefix(1);
  if (cell.empty() || cell.back() == ')') return {};  // from_chars reads "nan(…)"
  T value{};
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (end != cell.data() + cell.size()) return {};
  if (error == std::errc()) return value;
  if constexpr (std::same_as<T, double>) {  // beyond the doubles: infinite, or zero
    if (error == std::errc::result_out_of_range) return std::strtod(std::string(cell).c_str(), {});
  }
  return {};
}

/// What a column of type T looks like; nullopt if a value is none, whose row is then in `bad`.
std::optional<std::vector<double>> reals(const Table& table, const Cells& cells, std::size_t& bad) {
  std::vector<double> values;
  values.reserve(cells.size());
  for (const std::string_view cell : cells) {
    if (table.is_missing(cell)) {
      values.push_back(std::numeric_limits<double>::quiet_NaN());
    } else if (const auto value = number<double>(cell)) {
      values.push_back(*value);
    } else {
      bad = values.size();
      return {};
    }
  }
  return values;
}

std::optional<std::vector<std::int64_t>> integers(const Table& table, const Cells& cells,
                                                  std::size_t& bad) {
  std::vector<std::int64_t> values;
  values.reserve(cells.size());
  for (const std::string_view cell : cells) {
    const auto value =
        table.is_missing(cell) ? std::optional<std::int64_t>() : number<std::int64_t>(cell);
    if (!value) {
      bad = values.size();
      return {};
    }
    values.push_back(*value);
  }
  return values;
}

std::optional<bool> flag(std::string_view cell) {
  if (cell == "True" || cell == "TRUE" || cell == "true") return true;
  if (cell == "False" || cell == "FALSE" || cell == "false") return false;
  return {};
}

std::optional<Flags> flags(const Table& table, const Cells& cells, std::size_t& bad) {
  Flags values;
  values.reserve(cells.size());
  for (const std::string_view cell : cells) {
    const auto value = flag(cell);
    if (!value && !table.is_missing(cell)) {
      bad = values.size();
      return {};
    }
    values.push_back(!value ? ColumnData::kMissingFlag : *value ? 1 : 0);
  }
  return values;
}

std::optional<std::vector<Timestamp>> times(const Table& table, const Cells& cells,
                                            std::size_t& bad) {
  std::vector<Timestamp> values;
  values.reserve(cells.size());
  for (const std::string_view cell : cells) {
    const auto value = table.is_missing(cell) ? NaT : parse_timestamp(trimmed(cell));
    if (!value) {
      bad = values.size();
      return {};
    }
    values.push_back(*value);
  }
  return values;
}

TextPart texts(const Table& table, const Cells& cells) {
  TextPart part;
  part.codes.reserve(cells.size());
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  for (const std::string_view cell : cells) {
    if (table.is_missing(cell)) {
      part.codes.push_back(TextPart::kMissing);
      continue;
    }
    if (part.dictionary.size() == TextPart::kMostStrings) {
      throw Error("read_csv: a column has more than 4294967294 different strings");
    }
    const auto [entry, added] =
        numbers.emplace(cell, static_cast<std::uint32_t>(part.dictionary.size()));
    if (added) part.dictionary.push_back(cell);
    part.codes.push_back(entry->second);
  }
  return part;
}

FramePart inferred(const Table& table, std::size_t column) {
  const Cells& cells = table.columns[column];
  std::size_t bad = 0;
  if (!cells.empty()) {
    if (auto values = integers(table, cells, bad)) return {table.names[column], std::move(*values)};
    if (auto values = reals(table, cells, bad)) return {table.names[column], std::move(*values)};
    const bool whole =
        std::none_of(cells.begin(), cells.end(), [&](auto cell) { return table.is_missing(cell); });
    if (auto values = whole ? flags(table, cells, bad) : std::nullopt) {
      return {table.names[column], std::move(*values)};
    }
  }
  return {table.names[column], texts(table, cells)};
}

FramePart typed(const Table& table, std::size_t column, ColumnType type) {
  const std::string& name = table.names[column];
  const Cells& cells = table.columns[column];
  std::size_t bad = 0;
  if (type == ColumnType::int64) {
    if (auto values = integers(table, cells, bad)) return {name, std::move(*values)};
    table.fail(bad, column, "is not an integer, as dtype wants of \"" + name + '"');
  }
  if (type == ColumnType::float64) {
    if (auto values = reals(table, cells, bad)) return {name, std::move(*values)};
    table.fail(bad, column, "is not a number, as dtype wants of \"" + name + '"');
  }
  if (type == ColumnType::boolean) {
    if (auto values = flags(table, cells, bad)) return {name, std::move(*values)};
    table.fail(bad, column, "is not True or False, as dtype wants of \"" + name + '"');
  }
  if (type == ColumnType::timestamp) {
    if (auto values = times(table, cells, bad)) return {name, std::move(*values)};
    table.fail(bad, column, "is no time in ISO 8601, as \"" + name + "\" should hold");
  }
  return {name, texts(table, cells)};
}

/// Unnamed columns get a name and equal names numbers.
std::vector<std::string> names_of(const Cells& header) {
  std::vector<std::string> names;
  const auto used = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end() ||
           std::find(header.begin(), header.end(), name) != header.end();
  };
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::string name(header[i]);
    if (name.empty()) name = "Unnamed: " + std::to_string(i);
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      std::size_t number = 1;
      while (used(name + '.' + std::to_string(number))) ++number;
      name += '.' + std::to_string(number);
    }
    names.push_back(std::move(name));
  }
  return names;
}

void add_row(Table& table, Cells& cells, std::size_t line) {
  const std::size_t width = table.columns.size();
  if (cells.size() > width) {
    throw CsvError(table.source, line, width + 1, std::string(cells[width]),
                   "is one cell too many, there are " + std::to_string(width) + " columns");
  }
  for (std::size_t i = 0; i < width; ++i) {
    table.columns[i].push_back(i < cells.size() ? cells[i] : std::string_view());
  }
  table.lines.push_back(line);
}

Table read_table(std::string& text, const CsvOptions& options, const std::string& source) {
  Table table{source, {}, {}, {}, {options.na_values.begin(), options.na_values.end()}};
  if (options.keep_default_na) table.missing.insert(kMissing.begin(), kMissing.end());
  worker::CsvRows rows(text, options.sep);
  Cells cells;
  bool first = true;
  while (rows.next(cells)) {
    if (rows.open_quote()) {
      throw CsvError(source, rows.line(), cells.size(), std::string(cells.back().substr(0, 80)),
                     "has an opening quote, but no closing one");
    }
    if (first) {
      table.names = options.header ? names_of(cells) : std::vector<std::string>();
      for (std::size_t i = 0; !options.header && i < cells.size(); ++i) {
        table.names.push_back(std::to_string(i));
      }
      table.columns.resize(cells.size());
    }
    if (!first || !options.header) add_row(table, cells, rows.line());
    first = false;
  }
  if (options.names.empty()) return table;
  if (!first && options.names.list().size() != table.names.size()) {
    throw Error("read_csv: " + source + " has " + std::to_string(table.names.size()) +
                " columns, but names has " + std::to_string(options.names.list().size()));
  }
  table.names = options.names.list();
  table.columns.resize(table.names.size());
  return table;
}

void check_names(const Table& table, const std::string& name, const char* option) {
  if (std::find(table.names.begin(), table.names.end(), name) != table.names.end()) return;
  std::string known;
  for (const std::string& each : table.names) known += (known.empty() ? "\"" : ", \"") + each + '"';
  throw Error("read_csv: " + table.source + " has no column \"" + name + "\", which " + option +
              " names; its columns are " + known);
}

Frame read(std::string& text, const CsvOptions& options, const std::string& source) {
  const Table table = read_table(text, options, source);
  for (const auto& [name, type] : options.dtype) check_names(table, name, "dtype");
  const std::vector<std::string>& used = options.usecols.list();
  for (const std::string& name : used) check_names(table, name, "usecols");
  const std::vector<std::string>& dates = options.parse_dates.list();
  for (const std::string& name : dates) check_names(table, name, "parse_dates");
  std::vector<FramePart> parts;
  for (std::size_t i = 0; i < table.names.size(); ++i) {
    if (!used.empty() && std::find(used.begin(), used.end(), table.names[i]) == used.end())
      continue;
    const auto type = options.dtype.find(table.names[i]);
    if (std::find(dates.begin(), dates.end(), table.names[i]) != dates.end()) {
      parts.push_back(typed(table, i, ColumnType::timestamp));
    } else {
      parts.push_back(type == options.dtype.end() ? inferred(table, i)
                                                  : typed(table, i, type->second));
    }
  }
  return worker::assemble(parts);
}

[[noreturn]] void throw_unreadable(const std::string& path) {
  throw Error("read_csv: cannot read \"" + path + "\": " + std::system_category().message(errno));
}

// Not mapped: a file that shrinks while it is read would be a SIGBUS.
std::string read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw_unreadable(path);
  std::string text;
  ssize_t got = 0;
  do {
    const std::size_t size = text.size();
    constexpr std::size_t kStep = 1 << 20;
    text.resize(size + std::max(kStep, size / 2));
    got = ::read(file, text.data() + size, text.size() - size);
    text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  } while (got > 0 || (got < 0 && errno == EINTR));
  const int error = errno;
  ::close(file);
  errno = error;
  if (got < 0) throw_unreadable(path);
  return text;
}

}  // namespace

CsvError::CsvError(const std::string& source, std::size_t line_, std::size_t column_,
                   std::string text_, const std::string& problem)
    : Error("read_csv: " + source + ", line " + std::to_string(line_) + ", column " +
            std::to_string(column_) + ": \"" + text_ + "\" " + problem),
      line(line_),
      column(column_),
      text(std::move(text_)) {}

Frame read_csv(const std::string& path, const CsvOptions& options) {
  std::string text = read_file(path);
  return read(text, options, path);
}

Frame read_csv_text(std::string text, const CsvOptions& options) {
  return read(text, options, "the text");
}

}  // namespace ekiden
