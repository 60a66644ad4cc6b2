// SPDX-License-Identifier: MIT
#include "worker/app/layout_index.hpp"

#include <algorithm>

namespace ekiden::worker {

void visit_components(const Json& value,
                      const std::function<void(const detail::ComponentNode&)>& visit) {
  if (const Json::Array* items = value.as_array()) {
    for (const Json& item : *items) visit_components(item, visit);
  } else if (const Json::Object* members = value.as_object()) {
    for (const auto& [name, member] : *members) visit_components(member, visit);
  } else if (const detail::ComponentNode* component = value.as_component()) {
    visit(*component);
    for (const auto& [name, property] : component->properties()) visit_components(property, visit);
  }
}

std::string id_text(const detail::ComponentNode& component) {
  const Json* id = component.find("id");
  if (!id || id->is_null()) return {};
  if (const std::string* text = id->as_string()) return *text;
  if (!id->as_object()) return id->dump();
  Json::Object members = *id->as_object();
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return Json(std::move(members)).dump();
}

Json ids_only(const Json& layout) {
  Json::Array components;
  visit_components(layout, [&](const detail::ComponentNode& component) {
    const Json* id = component.find("id");
    if (!id || id->is_null()) return;
    components.push_back(Component(std::string(component.name_space()),
                                   std::string(component.name()), {{"id", *id}}));
  });
  return components;
}

bool has_property(const detail::ComponentNode& component, std::string_view property) {
  const detail::ComponentType* type = component.type();
  if (!type || type->properties.empty()) return true;
  if (type->wildcards && (property.starts_with("data-") || property.starts_with("aria-"))) {
    return true;
  }
  return std::find(type->properties.begin(), type->properties.end(), property) !=
         type->properties.end();
}

LayoutIndex::LayoutIndex(const Json& layout) {
  visit_components(layout, [this](const detail::ComponentNode& component) { add(component); });
}

void LayoutIndex::add(const detail::ComponentNode& component) {
  std::string id = id_text(component);
  if (id.empty()) return;
  if (component.find("id")->as_object()) with_pattern_ids_.push_back(&component);
  const auto [entry, is_new] = components_.emplace(id, &component);
  const bool reported = std::find(duplicates_.begin(), duplicates_.end(), id) != duplicates_.end();
  if (!is_new && !reported) duplicates_.push_back(std::move(id));
}

const detail::ComponentNode* LayoutIndex::find(std::string_view id) const {
  const auto found = components_.find(id);
  return found == components_.end() ? nullptr : found->second;
}

std::vector<std::string_view> LayoutIndex::ids() const {
  std::vector<std::string_view> ids;
  for (const auto& [id, component] : components_) {
    if (component->find("id")->as_string()) ids.push_back(id);
  }
  return ids;
}

}  // namespace ekiden::worker
