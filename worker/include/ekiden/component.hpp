// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/json.hpp>
#include <ekiden/ref.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ekiden {

namespace detail {

/// What the generator knows of a component class; one constant per class, never freed.
struct ComponentType {
  const char* name_space;  ///< "dash_html_components"
  const char* name;        ///< "Div"
  /// Property names, sorted. Empty for a dynamic component: then any name is allowed.
  std::span<const char* const> properties;
  /// True if `data-*` and `aria-*` are accepted.
  bool wildcards = false;
  /// Paths besides `children` that hold components (section 4.2 of the wire protocol).
  std::span<const char* const> node_properties = {};
};

class ComponentNode : public Counted {
 public:
  explicit ComponentNode(const ComponentType& type) : type_(&type) {}
  ComponentNode(std::string name_space, std::string name);

  std::string_view name_space() const {
    return type_ ? std::string_view(type_->name_space) : name_space_;
  }
  std::string_view name() const { return type_ ? std::string_view(type_->name) : name_; }
  /// nullptr for a dynamic component.
  const ComponentType* type() const { return type_; }

  const std::vector<std::pair<std::string, Json>>& properties() const { return properties_; }
  const Json* find(std::string_view property) const;
  /// Setting a property twice replaces it.
  void set(std::string_view property, Json value);

 private:
  const ComponentType* type_ = nullptr;
  std::string name_space_, name_;
  std::vector<std::pair<std::string, Json>> properties_;
};

}  // namespace detail

/// One Dash component with its properties: immutable, and cheap to copy.
///
/// Usually made by a builder (`html::Div(...)`); for a component the generator does not know:
/// `Component("my_namespace", "MyWidget", {{"id", "x"}, {"size", 3}})`.
class Component {
 public:
  Component(std::string name_space, std::string type, Json::Object properties = {});
  explicit Component(Ref<const detail::ComponentNode> node) : node_(std::move(node)) {}

  std::string_view name_space() const { return node_->name_space(); }
  std::string_view type() const { return node_->name(); }
  const Json* find(std::string_view property) const { return node_->find(property); }
  const Ref<const detail::ComponentNode>& node() const { return node_; }

 private:
  Ref<const detail::ComponentNode> node_;
};

/// Base of the generated builders. A builder converts to Component; changing it afterwards does not
/// change that component.
class Builder {
 public:
  operator Component() const;

 protected:
  explicit Builder(const detail::ComponentType& type);
  void set(std::string_view property, Json value);

 private:
  Ref<detail::ComponentNode> node_;
};

/// A builder may stand wherever a Json is expected.
Json to_json(const Builder& builder);

/// Adds to a generated builder what all of them have. `Derived` is the builder's own class.
template <class Derived>
class BuilderOf : public Builder {
 public:
  /// Sets any property, known to the generator or not: `.prop("data-role", "menu")`.
  Derived& prop(std::string_view name, Json value) {
    set(name, std::move(value));
    return static_cast<Derived&>(*this);
  }

 protected:
  using Builder::Builder;
};

}  // namespace ekiden
