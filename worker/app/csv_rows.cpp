// SPDX-License-Identifier: MIT
#include "worker/app/csv_rows.hpp"

namespace ekiden::worker {

CsvRows::CsvRows(std::span<char> text, char separator) noexcept
    : at_(text.data()), end_(text.data() + text.size()), separator_(separator) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (std::string_view(text.data(), text.size()).starts_with(kByteOrderMark)) {
    at_ += kByteOrderMark.size();
  }
}

bool CsvRows::next(std::vector<std::string_view>& cells) {
  cells.clear();
  if (!skip_blank_lines()) return false;
  row_line_ = line_;
  for (;;) {
    cells.push_back(cell());
    if (at_line_end()) break;
    ++at_;  // the separator
  }
  skip_line_end();
  return true;
}

bool CsvRows::skip_blank_lines() noexcept {
  while (!at_end()) {
    char* const start = at_;
    while (!at_end() && (*at_ == ' ' || *at_ == '\t') && *at_ != separator_) ++at_;
    if (!at_line_end()) {
      at_ = start;
      return true;
    }
    skip_line_end();
  }
  return false;
}

void CsvRows::skip_line_end() noexcept {
  if (at_end()) return;
  if (*at_ == '\r' && end_ - at_ > 1 && at_[1] == '\n') ++at_;
  ++at_;
  ++line_;
}

std::string_view CsvRows::cell() noexcept {
  char* const start = at_;
  char* to = start;
  if (!at_end() && *at_ == '"') {
    ++at_;
    to = unquote(to);
    // What follows the quotes belongs to the cell, as in pandas.
    while (!at_line_end() && *at_ != separator_) *to++ = *at_++;
  } else {
    while (!at_line_end() && *at_ != separator_) ++at_;
    to = at_;
  }
  return {start, static_cast<std::size_t>(to - start)};
}

/// Writes what the quotes hold to `to`, which is never ahead of the place of reading.
char* CsvRows::unquote(char* to) noexcept {
  for (; !at_end(); *to++ = *at_++) {
    const bool next_is_line_feed = end_ - at_ > 1 && at_[1] == '\n';
    if (*at_ == '\n' || (*at_ == '\r' && !next_is_line_feed)) ++line_;
    if (*at_ != '"') continue;
    ++at_;
    if (at_end() || *at_ != '"') return to;
  }
  open_quote_ = true;
  return to;
}

}  // namespace ekiden::worker
