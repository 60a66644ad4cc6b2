// SPDX-License-Identifier: MIT
#include <algorithm>
#include <ekiden/component.hpp>

namespace ekiden {

namespace detail {

namespace {

auto* find_property(auto& properties, std::string_view name) {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const auto& property) { return property.first == name; });
  return found == properties.end() ? nullptr : &found->second;
}

}  // namespace

ComponentNode::ComponentNode(std::string name_space, std::string name)
    : name_space_(std::move(name_space)), name_(std::move(name)) {}

const Json* ComponentNode::find(std::string_view property) const {
  return find_property(properties_, property);
}

void ComponentNode::set(std::string_view property, Json value) {
  if (Json* present = find_property(properties_, property)) {
    *present = std::move(value);
  } else {
    properties_.emplace_back(property, std::move(value));
  }
}

}  // namespace detail

Component::Component(std::string name_space, std::string type, Json::Object properties) {
  auto node = make_ref<detail::ComponentNode>(std::move(name_space), std::move(type));
  for (auto& [name, value] : properties) node->set(name, std::move(value));
  node_ = std::move(node);
}

Builder::Builder(const detail::ComponentType& type)
    : node_(make_ref<detail::ComponentNode>(type)) {}

Builder::operator Component() const { return Component(Ref<const detail::ComponentNode>(node_)); }

void Builder::set(std::string_view property, Json value) {
  if (!node_->unique()) node_ = make_ref<detail::ComponentNode>(*node_);
  node_->set(property, std::move(value));
}

Json to_json(const Builder& builder) { return Json(Component(builder)); }

}  // namespace ekiden
