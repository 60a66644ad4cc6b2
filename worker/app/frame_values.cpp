// SPDX-License-Identifier: MIT
#include "worker/app/frame_values.hpp"

#include <unordered_map>

namespace ekiden::worker {

namespace {

using Values = std::span<const Json* const>;

bool is_missing(const Json* value) { return value == nullptr || value->is_null(); }

bool is_number(const Json& value) { return value.as_number() || value.as_bool() != nullptr; }

double to_real(const Json* value) {
  if (is_missing(value)) return std::numeric_limits<double>::quiet_NaN();
  if (const bool* flag = value->as_bool()) return *flag ? 1 : 0;
  return *value->as_number();
}

std::int64_t to_integer(const Json& value) {
  if (const bool* flag = value.as_bool()) return *flag ? 1 : 0;
  return *value.as_integer();
}

TextPart text_of(Values values) {
  TextPart part;
  part.codes.reserve(values.size());
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  for (const Json* value : values) {
    const std::string_view text = is_missing(value) ? std::string_view() : *value->as_string();
    const auto [entry, added] =
        numbers.emplace(text, static_cast<std::uint32_t>(part.dictionary.size()));
    if (added) part.dictionary.push_back(text);
    part.codes.push_back(entry->second);
  }
  return part;
}

/// What the values of a column are; throws if they cannot be in one.
struct Kinds {
  bool text = false, number = false, real = false, missing = false;

  Kinds(const std::string& reader, const std::string& name, Values values) {
    for (std::size_t row = 0; row < values.size(); ++row) {
      const Json* value = values[row];
      if (is_missing(value)) {
        missing = true;
        continue;
      }
      text = text || value->as_string() != nullptr;
      number = number || is_number(*value);
      real = real || value->kind() == Json::Kind::number;
      const bool single = value->as_string() != nullptr || is_number(*value);
      if (single && !(text && number)) continue;
      throw Error(reader + ": column \"" + name + "\", row " + std::to_string(row) + ": " +
                  std::string(value->kind_name()) +
                  (!single ? ", but a cell is a number, a string or null"
                   : text && value->as_string() == nullptr
                       ? " after strings; make all values strings or all numbers"
                       : " after numbers; make all values strings or all numbers"));
    }
  }
};

}  // namespace

FramePart part_of(const std::string& reader, std::string name, Values values) {
  const Kinds kinds(reader, name, values);
  if (kinds.text || values.empty()) return {std::move(name), text_of(values)};
  if (kinds.real || kinds.missing) {
    std::vector<double> reals;
    reals.reserve(values.size());
    for (const Json* value : values) reals.push_back(to_real(value));
    return {std::move(name), std::move(reals)};
  }
  std::vector<std::int64_t> integers;
  integers.reserve(values.size());
  for (const Json* value : values) integers.push_back(to_integer(*value));
  return {std::move(name), std::move(integers)};
}

}  // namespace ekiden::worker
