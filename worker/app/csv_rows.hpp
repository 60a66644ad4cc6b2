// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace ekiden::worker {

/// Splits CSV text into cells, one row at a time.
class CsvRows {
 public:
  /// Quoted cells are unquoted where they lie, so the text is changed.
  /// REQUIRES: the text outlives this and all cells.
  CsvRows(std::span<char> text, char separator) noexcept;

  /// Reads the next row that is not blank; false at the end.
  bool next(std::vector<std::string_view>& cells);
  /// The line on which the row starts, from 1.
  std::size_t line() const noexcept { return row_line_; }
  /// True if the text ended within quotes: the last row is not whole.
  bool open_quote() const noexcept { return open_quote_; }

 private:
  bool at_end() const noexcept { return at_ == end_; }
  bool at_line_end() const noexcept { return at_end() || *at_ == '\n' || *at_ == '\r'; }
  bool skip_blank_lines() noexcept;
  void skip_line_end() noexcept;
  std::string_view cell() noexcept;
  char* unquote(char* to) noexcept;

  char* at_;
  char* const end_;
  const char separator_;
  std::size_t line_ = 1;
  std::size_t row_line_ = 1;
  bool open_quote_ = false;
};

}  // namespace ekiden::worker
