// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/frame.hpp>
#include <ekiden/frame_ops.hpp>
#include <ekiden/json.hpp>
#include <string>
#include <vector>

/// Frames from SQLite databases: pandas' `read_sql`.
namespace ekiden {

/// The rows that a query finds in a SQLite database, a column for each of its own:
///
///     from_sql("cities.db", "select name, people from city where people > ?", {1'000'000})
///
/// Each `?` stands for one parameter, in order: null, a boolean, a number or a string. Values that
/// come from a browser belong there, never into the query's text.
///
/// The database is opened for reading, and closed before this returns, so nothing of it crosses a
/// fork; it waits up to 5 s for a lock of a writer. A column is one of integers if its values are,
/// one of doubles if there are others or NULL among them, or one of text, where NULL is missing.
/// The columns that `parse_dates` names hold times in ISO 8601, or milliseconds since 1970. Throws
/// Error, which quotes SQLite, if the database or the query is faulty, and if a column mixes text
/// and numbers or holds blobs.
Frame from_sql(const std::string& database, const std::string& query,
               const std::vector<Json>& parameters = {}, const Names& parse_dates = {});

}  // namespace ekiden
