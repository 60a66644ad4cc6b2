// SPDX-License-Identifier: MIT
#include <sqlite3.h>

#include <algorithm>
#include <ekiden/from_sql.hpp>
#include <limits>
#include <memory>
#include <string_view>

#include "worker/app/frame_parts.hpp"
#include "worker/app/frame_values.hpp"

namespace ekiden {

namespace {

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

[[noreturn]] void fail(const std::string& problem) { throw Error("from_sql: " + problem); }

Database open(const std::string& path) {
  constexpr int kLockWaitMs = 5000;
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  Database database(opened);
  if (result != SQLITE_OK) {
    fail("cannot open \"" + path + "\": " + (opened ? sqlite3_errmsg(opened) : "out of memory"));
  }
  sqlite3_busy_timeout(opened, kLockWaitMs);
  return database;
}

Statement prepare(sqlite3* database, const std::string& query) {
  if (query.size() > std::size_t{std::numeric_limits<int>::max()}) fail("the query is too long");
  sqlite3_stmt* prepared = nullptr;
  const char* rest = nullptr;
  const int result =
      sqlite3_prepare_v2(database, query.data(), static_cast<int>(query.size()), &prepared, &rest);
  Statement statement(prepared);
  if (result != SQLITE_OK) fail(std::string(sqlite3_errmsg(database)) + ", in: " + query);
  if (!statement) fail("the query is empty");
  const std::string_view tail(rest, static_cast<std::size_t>(query.data() + query.size() - rest));
  if (tail.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    fail("give one statement at a time; after the first comes: " + std::string(tail));
  }
  if (sqlite3_column_count(prepared) == 0) fail("the statement returns no rows: " + query);
  return statement;
}

int bind_one(sqlite3_stmt* statement, int number, const Json& value) {
  if (value.is_null()) return sqlite3_bind_null(statement, number);
  if (const bool* flag = value.as_bool()) return sqlite3_bind_int(statement, number, *flag ? 1 : 0);
  if (const std::int64_t* integer = value.as_integer()) {
    return sqlite3_bind_int64(statement, number, *integer);
  }
  if (const auto real = value.as_number()) return sqlite3_bind_double(statement, number, *real);
  if (const std::string* text = value.as_string()) {
    return sqlite3_bind_text64(statement, number, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  fail("parameter " + std::to_string(number) + " is " + std::string(value.kind_name()) +
       "; a parameter is null, a boolean, a number or a string");
}

void bind(sqlite3* database, sqlite3_stmt* statement, const std::vector<Json>& parameters) {
  const auto wanted = static_cast<std::size_t>(sqlite3_bind_parameter_count(statement));
  if (wanted != parameters.size()) {
    fail("the query has " + std::to_string(wanted) + " parameters, but " +
         std::to_string(parameters.size()) + " are given");
  }
  for (std::size_t i = 0; i < wanted; ++i) {
    const int number = static_cast<int>(i) + 1;
    if (bind_one(statement, number, parameters[i]) == SQLITE_OK) continue;
    fail("parameter " + std::to_string(number) + ": " + sqlite3_errmsg(database));
  }
}

Json cell(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_BLOB:
      fail("column \"" + std::string(sqlite3_column_name(statement, column)) +
           "\" holds a blob; select hex() of it, or cast it to text");
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      if (text == nullptr) fail("out of memory");
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      return std::string_view(text, size);
    }
  }
}

using Columns = std::vector<std::vector<Json>>;

Columns fetch(sqlite3* database, sqlite3_stmt* statement) {
  Columns columns(static_cast<std::size_t>(sqlite3_column_count(statement)));
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i].push_back(cell(statement, static_cast<int>(i)));
    }
  }
  if (result != SQLITE_DONE) fail(sqlite3_errmsg(database));
  return columns;
}

}  // namespace

Frame from_sql(const std::string& database, const std::string& query,
               const std::vector<Json>& parameters, const Names& parse_dates) {
  const Database opened = open(database);
  const Statement statement = prepare(opened.get(), query);
  bind(opened.get(), statement.get(), parameters);
  const Columns columns = fetch(opened.get(), statement.get());
  std::vector<std::string> unread = parse_dates.list();
  std::vector<worker::FramePart> parts;
  for (const std::vector<Json>& values : columns) {
    std::vector<const Json*> cells(values.size());
    std::transform(values.begin(), values.end(), cells.begin(),
                   [](const Json& value) { return &value; });
    const int number = static_cast<int>(parts.size());
    const std::string name = sqlite3_column_name(statement.get(), number);
    const bool times = std::erase(unread, name) > 0;
    parts.push_back(worker::part_of("from_sql", name, cells,
                                    times ? worker::Cells::times : worker::Cells::values));
  }
  if (!unread.empty())
    fail("there is no column \"" + unread.front() + "\", which parse_dates names");
  return worker::assemble(parts);
}

}  // namespace ekiden
