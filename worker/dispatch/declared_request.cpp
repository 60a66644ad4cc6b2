// SPDX-License-Identifier: MIT
#include "worker/dispatch/declared_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ekiden/update.hpp>
#include <map>
#include <string_view>
#include <unordered_map>

#include "worker/app/pattern.hpp"
#include "worker/app/stringified_id.hpp"
#include "worker/dispatch/escape.hpp"
#include "worker/json/writer.hpp"

namespace ekiden::worker {

namespace {

/// The browser repeats the mark of an output that allows duplicates: `children@…`.
std::string_view without_mark(std::string_view property) {
  return property.substr(0, property.find('@'));
}

bool names(JsonView item, const Dependency& dependency) {
  const JsonView id = item.find("id");
  const JsonView property = item.find("property");
  if (!id || !property) return false;
  const auto name = property.text();
  if (!name || without_mark(*name) != dependency.property) return false;
  if (!dependency.pattern.empty()) return matches(dependency.pattern, id.json());
  return id.text() == dependency.id;
}

void check_output(const Output& output, JsonView item) {
  bool fits = true;
  if (!output.is_list()) {
    fits = names(item, output);
  } else if (item.is_array()) {
    for (JsonView one = item.first(); one; one = one.next()) fits = fits && names(one, output);
  } else {
    fits = false;
  }
  if (!fits) throw Mismatch("Output does not match callback definition");
}

/// What the request says of the output at `index`.
const Json& requested(const CallbackDefinition& callback, const Json& outputs, std::size_t index) {
  return callback.multi ? (*outputs.as_array())[index] : outputs;
}

/// The values that MATCH stands for in one request, by key. All outputs have the same, and inputs
/// and states have those of the outputs.
class MatchedKeys {
 public:
  /// False if `item`, what the request says of `output`, has another value than an output before.
  bool add(const Dependency& output, const Json& item) { return check(output, item, true); }
  /// False if `item`, what it says of an input or state, has another value than the outputs.
  bool fits(const Dependency& argument, const Json& item) { return check(argument, item, false); }

 private:
  bool check(const Dependency& dependency, const Json& item, bool may_add) {
    if (const Json::Array* list = item.as_array()) {
      return std::all_of(list->begin(), list->end(),
                         [&](const Json& one) { return check(dependency, one, may_add); });
    }
    const Json* id = item.find("id");
    if (id == nullptr) return true;  // an optional one that is not there
    return std::all_of(dependency.pattern.begin(), dependency.pattern.end(), [&](const auto& key) {
      return key.wildcard != MATCH || agrees(key.key, id->find(key.key), may_add);
    });
  }
  bool agrees(std::string_view key, const Json* value, bool may_add) {
    if (value == nullptr || value->as_array() != nullptr) return true;  // a pattern, not an id
    if (may_add) return *values_.emplace(key, value).first->second == *value;
    const auto known = values_.find(key);
    return known == values_.end() || *known->second == *value;
  }

  std::map<std::string_view, const Json*> values_;
};

[[noreturn]] void throw_inputs_mismatch() {
  throw Mismatch("Inputs do not match callback definition");
}

Json value_of(JsonView item, const Argument& argument) {
  // The browser leaves `value` out if the property is not set on the component.
  const JsonView value = item.find("value");
  const bool is_null = !value || value.is_null();
  // Of a component that is not on the page it may know no id but the pattern.
  const bool may_be_missing = argument.is_optional && is_null && item.is_object();
  if (!may_be_missing && !names(item, argument.dependency)) throw_inputs_mismatch();
  return is_null ? Json() : value.json();
}

Json argument_of(JsonView item, const Argument& argument) {
  if (!argument.dependency.is_list()) return value_of(item, argument);
  if (!item.is_array()) throw_inputs_mismatch();
  Json::Array values;
  values.reserve(item.size());
  for (JsonView one = item.first(); one; one = one.next()) {
    values.push_back(value_of(one, argument));
  }
  return values;
}

/// Takes the values of one kind of argument, inputs or states, out of the request's list of them.
void read_values(const CallbackDefinition& callback, bool states, JsonView list,
                 std::vector<Json>& values) {
  if (list && !list.is_null() && !list.is_array()) throw_inputs_mismatch();
  JsonView item = list ? list.first() : JsonView();
  for (std::size_t i = 0; i < callback.arguments.size(); ++i) {
    if (callback.arguments[i].is_state != states) continue;
    if (!item) throw_inputs_mismatch();
    values[i] = argument_of(item, callback.arguments[i]);
    item = item.next();
  }
  if (item) throw_inputs_mismatch();
}

bool stays(const Json& value) {
  const Json* mark = value.size() == 1 ? value.find("_dash_no_update") : nullptr;
  return mark != nullptr && mark->as_string() != nullptr && *mark->as_string() == "_dash_no_update";
}

/// The answer of a callback whose outputs' ids are known beforehand.
void write_known(const CallbackEntry& entry, const CallbackResult& result, std::string& out) {
  bool first_target = true;
  for (const CallbackEntry::Target& target : entry.targets) {
    bool opened = false;
    for (const CallbackEntry::Target::Field& field : target.fields) {
      const std::optional<Json>& value = result[field.output];
      if (!value || stays(*value)) continue;
      if (opened || !first_target) out += ',';
      if (!opened) out += target.opening;
      out += field.key;
      value->write(out);
      opened = true;
      first_target = false;
    }
    if (opened) out += '}';
  }
}

/// Collects values by component, because a response has one object per component.
class ResolvedResult {
 public:
  void add(const Json& id, std::string_view property, const Json& value) {
    if (stays(value)) return;
    const auto [place, is_new] = places_.emplace(stringified_id(id), components_.size());
    if (is_new) components_.push_back({&place->first, {}});
    std::string& fields = components_[place->second].fields;
    fields.append(fields.empty() ? "" : ",").append(json_quoted(property)).append(":");
    value.write(fields);
  }

  void write(std::string& out) const {
    for (std::size_t i = 0; i < components_.size(); ++i) {
      if (i > 0) out += ',';
      out.append(json_quoted(*components_[i].id)).append(":{");
      out.append(components_[i].fields).append("}");
    }
  }

 private:
  struct Component {
    const std::string* id;  ///< a key of places_
    std::string fields;
  };
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<Component> components_;
};

/// The values for the components that a wildcard output stood for.
void add_list(const CallbackEntry& entry, const Output& output, const Json::Array& items,
              const Json& values, ResolvedResult& resolved) {
  const Json::Array* list = values.as_array();
  if (list == nullptr) {
    throw InvalidCallbackReturnValue(fmt::format(
        "The callback {} has the wildcard output {}.{}. Expected a list of values, got {}",
        entry.id, output.id, output.property, values.kind_name()));
  }
  if (list->size() != items.size()) {
    throw InvalidCallbackReturnValue(
        fmt::format("Invalid number of output values for {} item {}.{}. Expected {}, got {}",
                    entry.id, output.id, output.property, items.size(), list->size()));
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    resolved.add(items[i]["id"], output.property, (*list)[i]);
  }
}

void write_resolved(const CallbackEntry& entry, const Json& outputs, const CallbackResult& result,
                    std::string& out) {
  const CallbackDefinition& callback = *entry.definition;
  ResolvedResult resolved;
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (!result[i] || stays(*result[i])) continue;
    const Output& output = callback.outputs[i];
    const Json& item = requested(callback, outputs, i);
    if (output.is_list()) {
      add_list(entry, output, *item.as_array(), *result[i], resolved);
    } else {
      resolved.add(item["id"], output.property, *result[i]);
    }
  }
  resolved.write(out);
}

/// Room for what is large in the result, so that it is written once and not copied as `out` grows.
void reserve_for(const CallbackResult& result, std::string& out) {
  constexpr std::size_t kAround = 4096;  // what stands before, between and after
  std::size_t large = 0;
  for (const std::optional<Json>& value : result) {
    if (value) large += large_bytes(*value);
  }
  if (large > 0) out.reserve(out.size() + large + kAround);
}

/// REQUIRES: outputs and arguments fit the declaration.
void check_matches(const CallbackDefinition& callback, JsonView view) {
  if (!callback.has_pattern_output()) return;
  const Json body = view.json();
  const Json* outputs = body.find("outputs");
  if (outputs == nullptr) return;
  MatchedKeys keys;
  for (std::size_t i = 0; i < callback.outputs.size(); ++i) {
    if (!keys.add(callback.outputs[i], requested(callback, *outputs, i))) {
      throw Mismatch("Output does not match callback definition");
    }
  }
  std::size_t inputs = 0, states = 0;
  for (const Argument& argument : callback.arguments) {
    const Json& item = argument.is_state ? body["state"][states++] : body["inputs"][inputs++];
    if (!keys.fits(argument.dependency, item)) throw_inputs_mismatch();
  }
}

}  // namespace

void check_outputs(const CallbackDefinition& callback, JsonView outputs) {
  if (!outputs) {
    if (callback.has_pattern_output()) throw Mismatch("Wrong length output_spec");
    return;
  }
  if (!callback.multi && callback.outputs.size() == 1) {
    check_output(callback.outputs.front(), outputs);
    return;
  }
  if (!outputs.is_array() || outputs.size() != callback.outputs.size()) {
    throw Mismatch("Wrong length output_spec");
  }
  JsonView item = outputs.first();
  for (const Output& output : callback.outputs) {
    check_output(output, item);
    item = item.next();
  }
}

std::vector<Json> read_arguments(const CallbackDefinition& callback, JsonView body) {
  std::vector<Json> values(callback.arguments.size());
  read_values(callback, false, body.find("inputs"), values);
  read_values(callback, true, body.find("state"), values);
  check_matches(callback, body);
  return values;
}

void write_result(const CallbackEntry& entry, JsonView outputs, const CallbackResult& result,
                  std::string& out) {
  if (result.size() != entry.definition->outputs.size()) {
    throw InvalidCallbackReturnValue(
        fmt::format("Invalid number of output values for {}.\nExpected {}, got {}", entry.id,
                    entry.definition->outputs.size(), result.size()));
  }
  reserve_for(result, out);
  out += '{';
  if (entry.definition->has_pattern_output()) {
    write_resolved(entry, outputs.json(), result, out);
  } else {
    write_known(entry, result, out);
  }
  out += '}';
}

}  // namespace ekiden::worker
