// SPDX-License-Identifier: MIT
#include "worker/dispatch/applied_patch.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace ekiden::worker {

namespace {

/// One operation of a patch.
struct Operation {
  const std::string& name;
  const Json& params;

  const Json& value() const { return params["value"]; }
};

Json::Array list_at(const Json& target, const Operation& operation) {
  if (const Json::Array* items = target.as_array()) return *items;
  throw Error("Patch: " + operation.name + " needs a list, there is " +
              std::string(target.kind_name()));
}

/// The place that an index names, from the end if it is negative.
std::size_t place(const Json& index, std::size_t size) {
  const std::int64_t* given = index.as_integer();
  if (given == nullptr) throw Error("Patch: " + index.dump() + " is no index of a list");
  const std::int64_t from_start = *given < 0 ? *given + static_cast<std::int64_t>(size) : *given;
  if (from_start < 0) throw Error("Patch: index " + index.dump() + " is beyond the list");
  return static_cast<std::size_t>(from_start);
}

Json merged(const Json& target, const Operation& operation) {
  const Json::Object* members = target.as_object();
  if (members == nullptr) throw Error("Patch: Merge needs an object");
  Json::Object all = *members;
  for (const Json::Member& added : *operation.value().as_object()) {
    const auto known = std::find_if(all.begin(), all.end(), [&](const Json::Member& member) {
      return member.first == added.first;
    });
    known == all.end() ? all.push_back(added) : void(known->second = added.second);
  }
  return all;
}

Json calculated(const Json& target, const Operation& operation) {
  const Json& value = operation.value();
  if (operation.name == "Add" && target.as_string() && value.as_string()) {
    return *target.as_string() + *value.as_string();
  }
  const auto a = target.as_number(), b = value.as_number();
  if (!a || !b) throw Error("Patch: " + operation.name + " needs numbers");
  if (operation.name == "Add") return *a + *b;
  if (operation.name == "Sub") return *a - *b;
  if (operation.name == "Mul") return *a * *b;
  return *a / *b;
}

Json cleared(const Json& target) {
  if (target.as_array()) return Json::array({});
  if (target.as_object()) return Json::Object();
  return "";
}

Json with_changed_items(const Json& target, const Operation& operation) {
  Json::Array items = list_at(target, operation);
  const std::string& name = operation.name;
  if (name == "Append") {
    items.push_back(operation.value());
  } else if (name == "Prepend") {
    items.insert(items.begin(), operation.value());
  } else if (name == "Insert") {
    const std::size_t at = std::min(place(operation.params["index"], items.size()), items.size());
    items.insert(items.begin() + static_cast<std::ptrdiff_t>(at), operation.value());
  } else if (name == "Extend") {
    const Json::Array added = *operation.value().as_array();
    items.insert(items.end(), added.begin(), added.end());
  } else if (name == "Remove") {
    std::erase(items, operation.value());
  } else if (name == "Reverse") {
    std::reverse(items.begin(), items.end());
  } else {
    throw Error("Patch: Invalid Operation " + name);
  }
  return items;
}

/// What an operation makes of the value that it is applied to.
Json changed(const Json& target, const Operation& operation) {
  const std::string& name = operation.name;
  if (name == "Merge") return merged(target, operation);
  if (name == "Clear") return cleared(target);
  if (name == "Add" || name == "Sub" || name == "Mul" || name == "Div") {
    return calculated(target, operation);
  }
  return with_changed_items(target, operation);
}

Json changed_at(const Json& target, std::span<const Json> location, const Operation& operation);

/// The new value of a member or an element; nullopt takes it out.
std::optional<Json> changed_part(const Json* part, std::span<const Json> location,
                                 const Operation& operation) {
  if (location.size() == 1 && operation.name == "Assign") return operation.value();
  if (part == nullptr) throw Error("Patch: Cannot patch undefined at " + location[0].dump());
  if (location.size() == 1 && operation.name == "Delete") return std::nullopt;
  return changed_at(*part, location.subspan(1), operation);
}

Json changed_element(Json::Array items, std::span<const Json> location,
                     const Operation& operation) {
  const std::size_t at = place(location[0], items.size());
  auto part = changed_part(at < items.size() ? &items[at] : nullptr, location, operation);
  if (!part) {
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    if (at >= items.size()) items.resize(at + 1);
    items[at] = *std::move(part);
  }
  return items;
}

Json changed_member(Json::Object members, std::span<const Json> location,
                    const Operation& operation) {
  const std::string* key = location[0].as_string();
  const std::string name = key != nullptr ? *key : location[0].dump();
  const auto known = std::find_if(members.begin(), members.end(),
                                  [&](const Json::Member& member) { return member.first == name; });
  auto part = changed_part(known != members.end() ? &known->second : nullptr, location, operation);
  if (known == members.end()) {
    members.emplace_back(name, *std::move(part));
  } else if (part) {
    known->second = *std::move(part);
  } else {
    members.erase(known);
  }
  return members;
}

Json changed_at(const Json& target, std::span<const Json> location, const Operation& operation) {
  if (location.empty()) return changed(target, operation);
  if (const Json::Array* items = target.as_array()) {
    return changed_element(*items, location, operation);
  }
  if (const Json::Object* members = target.as_object()) {
    return changed_member(*members, location, operation);
  }
  throw Error("Patch: Cannot patch undefined at " + location[0].dump());
}

}  // namespace

bool is_patch(const Json& value) { return value.find("__dash_patch_update") != nullptr; }

Json applied_patch(Json value, const Json& patch) {
  for (const Json& item : *patch["operations"].as_array()) {
    const Operation operation{*item["operation"].as_string(), item["params"]};
    value = changed_at(value, *item["location"].as_array(), operation);
  }
  return value;
}

}  // namespace ekiden::worker
