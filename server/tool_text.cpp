// SPDX-License-Identifier: MIT
#include "server/tool_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace ekiden::server {

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t at = 0; at < row.size(); ++at) {
      widths[at] = std::max(widths[at], row[at].size());
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t at = 0; at + 1 < row.size(); ++at) {
      text += at < right_aligned_ ? fmt::format("{:>{}}  ", row[at], widths[at])
                                  : fmt::format("{:<{}}  ", row[at], widths[at]);
    }
    text += row.back() + "\n";
  }
  return text;
}

std::int64_t integer(const Json& object, std::string_view name) {
  const std::int64_t* value = object[name].as_integer();
  return value == nullptr ? 0 : *value;
}

const std::string& string(const Json& object, std::string_view name) {
  static const std::string none;
  const std::string* value = object[name].as_string();
  return value == nullptr ? none : *value;
}

const Json::Array& array(const Json& object, std::string_view name) {
  static const Json::Array none;
  const Json::Array* value = object[name].as_array();
  return value == nullptr ? none : *value;
}

std::string duration(const Json& seconds) {
  const auto value = seconds.as_number();
  if (!value) return "never";
  if (*value <= 0) return "0";
  if (*value < 1e-3) return fmt::format("{:.0f} us", *value * 1e6);
  if (*value < 1) return fmt::format("{:.1f} ms", *value * 1e3);
  if (*value < 100) return fmt::format("{:.1f} s", *value);
  if (*value < 6000) return fmt::format("{:.0f} min", *value / 60);
  if (*value < 360'000) return fmt::format("{:.0f} h", *value / 3600);
  return fmt::format("{:.0f} d", *value / 86400);
}

std::string size(std::int64_t bytes) {
  constexpr std::array<const char*, 4> kUnits{"K", "M", "G", "T"};
  if (bytes < 10'000) return fmt::format("{}", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.1f}{}", value, kUnits[unit]);
}

std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.1f}", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace ekiden::server
