// SPDX-License-Identifier: MIT
#include "worker/app/frame_values.hpp"

#include <optional>
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
    if (is_missing(value)) {
      part.codes.push_back(TextPart::kMissing);
      continue;
    }
    const std::string_view text = *value->as_string();
    const auto [entry, added] =
        numbers.emplace(text, static_cast<std::uint32_t>(part.dictionary.size()));
    if (added) part.dictionary.push_back(text);
    part.codes.push_back(entry->second);
  }
  return part;
}

Flags flags_of(Values values) {
  Flags flags;
  flags.reserve(values.size());
  for (const Json* value : values) {
    flags.push_back(is_missing(value) ? ColumnData::kMissingFlag : *value->as_bool() ? 1 : 0);
  }
  return flags;
}

/// Text in ISO 8601, or milliseconds since 1970; nullopt for anything else.
std::optional<Timestamp> time_of(const Json& value) {
  if (const std::string* text = value.as_string()) return parse_timestamp(*text);
  const std::int64_t* milliseconds = value.as_integer();
  constexpr std::int64_t kMost = Timestamp::max().time_since_epoch() / std::chrono::milliseconds(1);
  if (milliseconds == nullptr || *milliseconds > kMost || *milliseconds < -kMost) return {};
  return Timestamp(std::chrono::milliseconds(*milliseconds));
}

std::vector<Timestamp> times_of(const std::string& reader, const std::string& name, Values values) {
  std::vector<Timestamp> times;
  times.reserve(values.size());
  for (const Json* value : values) {
    const auto time = is_missing(value) ? NaT : time_of(*value);
    if (!time) {
      throw Error(reader + ": column \"" + name + "\", row " + std::to_string(times.size()) + ": " +
                  value->dump() + " is no time in ISO 8601 and no milliseconds since 1970");
    }
    times.push_back(*time);
  }
  return times;
}

/// What the values of a column are; throws if they cannot be in one.
struct Kinds {
  bool text = false, number = false, real = false, missing = false;
  bool flags = true;  // and nothing else

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
      flags = flags && value->as_bool() != nullptr;
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

FramePart part_of(const std::string& reader, std::string name, Values values, Cells cells) {
  if (cells == Cells::times) {
    std::vector<Timestamp> times = times_of(reader, name, values);
    return {std::move(name), std::move(times)};
  }
  const Kinds kinds(reader, name, values);
  if (kinds.number && kinds.flags) return {std::move(name), flags_of(values)};
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
