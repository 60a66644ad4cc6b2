// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <ekiden/frame.hpp>
#include <ekiden/frame_ops.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Frames from files and text, as pandas reads them.
namespace ekiden {

/// A row of a CSV file that cannot be read. `what()` is
/// `read_csv: cities.csv, line 4, column 2: "many" is not an integer, as dtype wants of "people"`.
class CsvError : public Error {
 public:
  CsvError(const std::string& source, std::size_t line_, std::size_t column_, std::string text_,
           const std::string& problem);

  std::size_t line;    ///< from 1, where the row starts; line breaks within quotes count
  std::size_t column;  ///< from 1, counted in cells
  std::string text;    ///< of that cell
};

/// Named as the arguments of pandas' read_csv.
struct CsvOptions {
  char sep = ',';
  /// Whether the first row has the names of the columns; without it they are "0", "1" and so on.
  bool header = true;
  Names names = {};    ///< instead of those of the header
  Names usecols = {};  ///< the columns to keep; without any, all
  /// The types of columns by name, instead of what their values look like.
  std::map<std::string, ColumnType> dtype = {};
  /// Columns of times in ISO 8601, such as 2026-11-26 or 2026-11-26T17:05:00Z.
  Names parse_dates = {};
  std::vector<std::string> na_values = {};  ///< further texts that mean a missing value
  bool keep_default_na = true;              ///< "", "NA", "NaN", "null" and others mean one, too
};

/// Reads a CSV file: cells may be quoted, with separators, line breaks and doubled quotes in them.
///
/// A column whose values are all integers is one of integers, or of doubles if values are missing
/// or beyond 64 bits; else doubles; else of booleans if all cells are True or False, TRUE or FALSE,
/// true or false; else text. Rows with too few cells
/// are filled up with missing values, blank lines skipped, equal names numbered ("a", "a.1"). A
/// byte-order mark is skipped. Throws CsvError for a row with too many cells, an open quote and a
/// value that is not of the wanted type; Error if the file cannot be read.
Frame read_csv(const std::string& path, const CsvOptions& options = {});
/// The same of text, of an upload for example.
Frame read_csv_text(std::string text, const CsvOptions& options = {});

/// The frame as JSON in one of pandas' orients; `.dump()` makes text of it.
///
///     split    {"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]}
///     records  [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
///     columns  {"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}
///
/// NaN, infinities and missing values become null. All digits of a number are kept. Times are
/// text, as of format_timestamp(); with `date_format` "epoch" whole milliseconds since 1970.
/// Throws Error for another orient or date_format.
Json to_json(const Frame& frame, std::string_view orient, std::string_view date_format = "iso");

/// The frame's bytes in base64, for a dcc.Store: about a third larger than in memory, and nothing
/// is parsed on the way back, as it is with JSON.
std::string to_base64(const Frame& frame);
/// The frame of such text, from the page or elsewhere: all of it is checked. Throws Error, which
/// says what is wrong, for other text.
Frame from_base64(std::string_view text);

/// The rows as a DataTable's `data`: pandas' `df.to_dict("records")`.
Json to_records(const Frame& frame);

/// A frame of JSON in one of these orients: of text, or of what a callback got. The labels of the
/// rows are left out.
///
/// A column is one of integers if its values are, one of doubles if there are others or null among
/// them, one of booleans, where null is missing, or of strings, likewise; among numbers booleans
/// are 1 and 0. The columns that `convert_dates` names hold times, as text in ISO 8601 or as
/// milliseconds since 1970; pandas would guess them by their names. Throws Error, which names
/// column and row, if strings and numbers are mixed and for lists and objects as values.
Frame read_json(const Json& table, std::string_view orient = "columns",
                const Names& convert_dates = {});

}  // namespace ekiden
