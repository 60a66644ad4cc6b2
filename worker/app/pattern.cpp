// SPDX-License-Identifier: MIT
#include "worker/app/pattern.hpp"

#include <algorithm>

#include "worker/app/stringified_id.hpp"

namespace ekiden {

Pattern::Pattern(std::initializer_list<Member> members) : members_(members) {
  const auto by_key = [](const Member& a, const Member& b) { return a.key < b.key; };
  std::sort(members_.begin(), members_.end(), by_key);
  if (members_.empty()) throw Error("a pattern id needs at least one key");
  for (std::size_t i = 1; i < members_.size(); ++i) {
    if (members_[i].key == members_[i - 1].key) {
      throw Error("a pattern id has the key \"" + members_[i].key + "\" twice");
    }
  }
}

namespace worker {

namespace {

const char* name_of(Wildcard wildcard) {
  switch (wildcard) {
    case Wildcard::match:
      return "MATCH";
    case Wildcard::all:
      return "ALL";
    case Wildcard::all_smaller:
      break;
  }
  return "ALLSMALLER";
}

std::string without_runs_of_dots(const std::string& json) {
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const bool in_run = json[i] == '.' && ((i > 0 && json[i - 1] == '.') ||
                                           (i + 1 < json.size() && json[i + 1] == '.'));
    in_run ? out += "\\u002e" : out += json[i];
  }
  return out;
}

bool is_scalar(const Json& value) {
  return value.as_string() != nullptr || value.as_bool() != nullptr || value.as_number();
}

}  // namespace

std::string pattern_text(std::span<const Pattern::Member> members) {
  std::string text = "{";
  for (const Pattern::Member& member : members) {
    if (text.size() > 1) text += ',';
    Json(member.key).write(text);
    text += ':';
    if (member.wildcard) {
      text.append("[\"").append(name_of(*member.wildcard)).append("\"]");
    } else {
      write_in_javascript(member.value, text);
    }
  }
  return without_runs_of_dots(text + '}');
}

bool matches(std::span<const Pattern::Member> members, const Json& id) {
  const Json::Object* object = id.as_object();
  if (object == nullptr || object->size() != members.size()) return false;
  return std::all_of(members.begin(), members.end(), [&](const Pattern::Member& member) {
    const Json* value = id.find(member.key);
    if (value == nullptr) return false;
    return member.wildcard ? is_scalar(*value) : *value == member.value;
  });
}

bool overlap(std::span<const Pattern::Member> a, std::span<const Pattern::Member> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Pattern::Member& x, const Pattern::Member& y) {
                      if (x.key != y.key) return false;
                      return x.wildcard || y.wildcard || x.value == y.value;
                    });
}

}  // namespace worker

}  // namespace ekiden
