// SPDX-License-Identifier: MIT
#include "worker/dispatch/page_state.hpp"

#include <algorithm>
#include <utility>

#include "worker/app/pattern.hpp"
#include "worker/app/stringified_id.hpp"

namespace ekiden::worker {

namespace {

/// Of a component in plain JSON that has an id, its properties; else nullptr.
const Json::Object* properties_of(const Json& json) {
  const Json* properties = json.find("props");
  const Json* id = properties != nullptr ? properties->find("id") : nullptr;
  if (id == nullptr || json.find("namespace") == nullptr) return nullptr;
  const bool is_id = id->as_string() != nullptr || id->as_object() != nullptr;
  return is_id ? properties->as_object() : nullptr;
}

Json id_of(const Json::Object& properties) {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [](const auto& property) { return property.first == "id"; });
  return found->second;
}

void collect_ids(const Json& json, std::set<std::string>& ids) {
  if (const Json::Array* items = json.as_array()) {
    for (const Json& item : *items) collect_ids(item, ids);
  }
  const Json::Object* members = json.as_object();
  if (members == nullptr) return;
  if (const Json::Object* properties = properties_of(json)) {
    ids.insert(stringified_id(id_of(*properties)));
  }
  for (const auto& member : *members) collect_ids(member.second, ids);
}

/// `json` with a property of the component `id` changed.
Json replaced(const Json& json, std::string_view id, std::string_view property, const Json& value) {
  if (const Json::Array* items = json.as_array()) {
    Json::Array changed;
    for (const Json& item : *items) changed.push_back(replaced(item, id, property, value));
    return changed;
  }
  const Json::Object* members = json.as_object();
  if (members == nullptr) return json;
  const Json::Object* properties = properties_of(json);
  const bool is_it = properties != nullptr && stringified_id(id_of(*properties)) == id;
  Json::Object changed;
  for (const auto& [name, member] : *members) {
    if (!is_it || name != "props") {
      changed.emplace_back(name, replaced(member, id, property, value));
      continue;
    }
    Json::Object own = *properties;
    const auto place = std::find_if(own.begin(), own.end(),
                                    [&](const auto& one) { return one.first == property; });
    if (place != own.end()) {
      place->second = value;
    } else {
      own.emplace_back(property, value);
    }
    changed.emplace_back(name, std::move(own));
  }
  return changed;
}

std::pair<std::string_view, std::string_view> split(std::string_view property) {
  const auto dot = property.rfind('.');
  if (dot == std::string_view::npos) {
    throw Error("\"" + std::string(property) + "\" is not a property: it lacks the dot");
  }
  return {property.substr(0, dot), property.substr(dot + 1)};
}

}  // namespace

std::string normalised(std::string_view property) {
  if (!property.starts_with('{')) return std::string(property);
  const auto [id, name] = split(property);
  return stringified_id(Json::parse(id)).append(".").append(name);
}

PageState::PageState(const Json& layout) : layout_(Json::parse(layout.dump())) { index(layout_); }

void PageState::index(const Json& json) {
  if (const Json::Array* items = json.as_array()) {
    for (const Json& item : *items) index(item);
  }
  const Json::Object* members = json.as_object();
  if (members == nullptr) return;
  if (const Json::Object* properties = properties_of(json)) {
    components_.insert_or_assign(stringified_id(id_of(*properties)), properties);
    const Json* id = json.find("props")->find("id");
    if (id->as_object() != nullptr) pattern_ids_.push_back(id);
  }
  for (const auto& member : *members) index(member.second);
}

const Json* PageState::value(std::string_view property) const {
  if (const auto found = elsewhere_.find(property); found != elsewhere_.end()) {
    return &found->second;
  }
  const auto dot = property.rfind('.');
  const auto component = components_.find(property.substr(0, dot));
  if (dot == std::string_view::npos || component == components_.end()) return nullptr;
  for (const auto& [name, value] : *component->second) {
    if (name == property.substr(dot + 1)) return &value;
  }
  return nullptr;
}

std::set<std::string> PageState::set(std::string_view property, const Json& value) {
  const auto [id, name] = split(property);
  std::set<std::string> brought;
  if (!has(id)) {
    elsewhere_.insert_or_assign(std::string(property), value);
    return brought;
  }
  const Json plain = Json::parse(value.dump());
  collect_ids(plain, brought);
  layout_ = replaced(layout_, id, name, plain);
  components_.clear();
  pattern_ids_.clear();
  index(layout_);
  return brought;
}

std::vector<Json> PageState::matching(std::span<const Pattern::Member> pattern) const {
  std::vector<Json> ids;
  for (const Json* id : pattern_ids_) {
    if (matches(pattern, *id)) ids.push_back(*id);
  }
  return ids;
}

}  // namespace ekiden::worker
