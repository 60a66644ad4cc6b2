// SPDX-License-Identifier: MIT
#include "worker/dispatch/resolved_callback.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "worker/app/pattern.hpp"
#include "worker/app/stringified_id.hpp"
#include "worker/dispatch/escape.hpp"

namespace ekiden::worker {

namespace {

using Members = std::vector<Pattern::Member>;
using Matched = std::map<std::string, Json>;  ///< by key, what MATCH stands for
using Item = ResolvedCallback::Item;

bool has_match(const Dependency& dependency) {
  return std::any_of(dependency.pattern.begin(), dependency.pattern.end(),
                     [](const auto& member) { return member.wildcard == MATCH; });
}

/// The dependency that says for which values of MATCH there are calls, or nullptr.
const Dependency* leading(const CallbackDefinition& callback) {
  for (const Output& output : callback.outputs) {
    if (has_match(output)) return &output;
  }
  for (const Argument& argument : callback.arguments) {
    if (!argument.is_state && has_match(argument.dependency)) return &argument.dependency;
  }
  return nullptr;
}

Matched matched_by(const Members& pattern, const Json& id) {
  Matched matched;
  for (const Pattern::Member& member : pattern) {
    if (member.wildcard == MATCH) matched.emplace(member.key, id[member.key]);
  }
  return matched;
}

Members with_values(const Members& pattern, const Matched& matched) {
  Members members = pattern;
  for (Pattern::Member& member : members) {
    const auto value = matched.find(member.key);
    if (member.wildcard != MATCH || value == matched.end()) continue;
    member.value = value->second;
    member.wildcard.reset();
  }
  return members;
}

std::optional<double> number_in(const Json& value) {
  if (const auto number = value.as_number()) return number;
  const std::string* text = value.as_string();
  if (text == nullptr || text->empty()) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(text->c_str(), &end);
  return *end == '\0' ? std::optional(number) : std::nullopt;
}

/// The order of ALLSMALLER: numbers, also those in strings, before booleans before strings.
bool is_smaller(const Json& a, const Json& b) {
  const auto rank = [](const Json& value) {
    return number_in(value) ? 0 : value.as_bool() != nullptr ? 1 : 2;
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (const auto number = number_in(a)) return *number < *number_in(b);
  if (const bool* truth = a.as_bool()) return *truth < *b.as_bool();
  return a.as_string() != nullptr && b.as_string() != nullptr && *a.as_string() < *b.as_string();
}

bool is_below(const Members& pattern, const Json& id, const Matched& matched) {
  return std::all_of(pattern.begin(), pattern.end(), [&](const Pattern::Member& member) {
    if (member.wildcard != ALLSMALLER) return true;
    const auto bound = matched.find(member.key);
    return bound != matched.end() && is_smaller(id[member.key], bound->second);
  });
}

Item resolved(const PageState& page, const Dependency& dependency, bool is_state,
              const Matched& matched) {
  Item item{{}, dependency.is_list(), is_state, dependency.property};
  const Members members = with_values(dependency.pattern, matched);
  if (members.empty()) {
    item.ids.push_back(dependency.id);
  } else if (!item.is_list) {
    item.ids.push_back(pattern_text(members));
  } else {
    for (const Json& id : page.matching(members)) {
      if (is_below(members, id, matched)) item.ids.push_back(stringified_id(id));
    }
  }
  return item;
}

/// The callback's id with `matched` in place of MATCH.
std::string resolved_id(const CallbackDefinition& callback, const std::string& id,
                        const Matched& matched) {
  if (std::none_of(callback.outputs.begin(), callback.outputs.end(),
                   [](const Output& output) { return has_match(output); })) {
    return id;
  }
  std::string text;
  for (const Output& output : callback.outputs) {
    if (!text.empty()) text += "...";
    const Members members = with_values(output.pattern, matched);
    text.append(members.empty() ? output.id : pattern_text(members)).append(".");
    text += output.property;
  }
  return callback.multi ? ".." + text + ".." : text;
}

std::string item_json(const Item& item,
                      const std::function<const Json*(const std::string&)>& value_of) {
  std::string list;
  for (std::size_t i = 0; i < item.ids.size(); ++i) {
    const std::string& id = item.ids[i];
    if (!list.empty()) list += ',';
    list += R"({"id":)" + (id.starts_with('{') ? id : json_quoted(id)) + R"(,"property":)" +
            json_quoted(item.property);
    const Json* value = value_of ? value_of(item.name(i)) : nullptr;
    if (value != nullptr) list += R"(,"value":)" + value->dump();
    list += '}';
  }
  return item.is_list ? "[" + list + "]" : list;
}

}  // namespace

bool ResolvedCallback::reads(std::string_view property, bool as_state) const {
  return std::any_of(arguments.begin(), arguments.end(), [&](const Item& item) {
    if (item.is_state && !as_state) return false;
    for (std::size_t i = 0; i < item.ids.size(); ++i) {
      if (item.name(i) == property) return true;
    }
    return false;
  });
}

bool ResolvedCallback::feeds(const ResolvedCallback& other) const {
  return std::any_of(outputs.begin(), outputs.end(), [&](const Item& item) {
    for (std::size_t i = 0; i < item.ids.size(); ++i) {
      if (other.reads(item.name(i), false)) return true;
    }
    return false;
  });
}

std::vector<ResolvedCallback> resolved_on(const PageState& page, const CallbackDefinition& callback,
                                          const std::string& id) {
  std::vector<Matched> calls;
  if (const Dependency* first = leading(callback)) {
    for (const Json& component : page.matching(first->pattern)) {
      Matched matched = matched_by(first->pattern, component);
      if (std::find(calls.begin(), calls.end(), matched) == calls.end()) {
        calls.push_back(std::move(matched));
      }
    }
  } else {
    calls.emplace_back();
  }
  std::vector<ResolvedCallback> resolved_calls;
  for (const Matched& matched : calls) {
    ResolvedCallback call{&callback, resolved_id(callback, id, matched), {}, {}, {}};
    for (const auto& [key, value] : matched) call.match += value.dump() + ' ';
    for (const Output& output : callback.outputs) {
      call.outputs.push_back(resolved(page, output, false, matched));
    }
    for (const Argument& argument : callback.arguments) {
      call.arguments.push_back(resolved(page, argument.dependency, argument.is_state, matched));
    }
    resolved_calls.push_back(std::move(call));
  }
  return resolved_calls;
}

std::string request_body(const ResolvedCallback& callback, const std::string& id,
                         const std::vector<std::string>& changed,
                         const std::function<const Json*(const std::string&)>& value_of) {
  const auto joined = [](const std::vector<std::string>& items) {
    std::string list;
    for (const std::string& item : items) list += (list.empty() ? "" : ",") + item;
    return list;
  };
  std::vector<std::string> outputs, inputs, states, names;
  for (const Item& item : callback.outputs) outputs.push_back(item_json(item, nullptr));
  for (const Item& item : callback.arguments) {
    (item.is_state ? states : inputs).push_back(item_json(item, value_of));
  }
  for (const std::string& name : changed) names.push_back(json_quoted(name));
  std::string body = R"({"output":)" + json_quoted(id);
  if (!outputs.empty()) {
    body += R"(,"outputs":)";
    body += callback.definition->multi ? "[" + joined(outputs) + "]" : outputs.front();
  }
  return body + R"(,"inputs":[)" + joined(inputs) + R"(],"state":[)" + joined(states) +
         R"(],"changedPropIds":[)" + joined(names) + "]}";
}

}  // namespace ekiden::worker
