// SPDX-License-Identifier: MIT
#include "worker/app/stringified_id.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace ekiden::worker {

namespace {

/// 2.0 is 2 in JavaScript.
Json as_in_javascript(const Json& value) {
  if (value.kind() != Json::Kind::number) return value;
  constexpr double kExact = 9007199254740992.0;
  const double number = *value.as_number();
  if (std::abs(number) > kExact || std::trunc(number) != number) return value;
  return static_cast<std::int64_t>(number);
}

}  // namespace

void write_in_javascript(const Json& scalar, std::string& out) {
  as_in_javascript(scalar).write(out);
}

std::string stringified_id(const Json& id) {
  if (const std::string* text = id.as_string()) return *text;
  const Json::Object* members = id.as_object();
  if (members == nullptr) {
    throw Error("an id must be a string or an object, got " + std::string(id.kind_name()));
  }
  std::vector<const Json::Member*> sorted;
  for (const Json::Member& member : *members) sorted.push_back(&member);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  std::string text;
  for (const Json::Member* member : sorted) {
    text += text.empty() ? '{' : ',';
    Json(member->first).write(text);
    text += ':';
    write_in_javascript(member->second, text);
  }
  return text.empty() ? "{}" : text + '}';
}

}  // namespace ekiden::worker
