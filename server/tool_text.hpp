// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ekiden/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ekiden::server {

/// Rows of cells; the last column is not padded, the first ones are right-aligned.
class Table {
 public:
  explicit Table(std::size_t right_aligned) : right_aligned_(right_aligned) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;

 private:
  std::size_t right_aligned_;
  std::vector<std::vector<std::string>> rows_;
};

// Members of an answer; what is not there is 0, empty.
std::int64_t integer(const Json& object, std::string_view name);
const std::string& string(const Json& object, std::string_view name);
const Json::Array& array(const Json& object, std::string_view name);

/// "1.2 ms", "3.0 s", "5 min"; "never" if it is no number.
std::string duration(const Json& seconds);
/// "512", "1.5M".
std::string size(std::int64_t bytes);
/// "33.3", or "-" of nothing.
std::string percent(std::int64_t part, std::int64_t whole);

}  // namespace ekiden::server
