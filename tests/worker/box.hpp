// SPDX-License-Identifier: MIT
#pragma once

#include <ekiden/component.hpp>
#include <ekiden/properties.hpp>

/// A builder in the form that the generator writes, so that tests of the API need no generator.
namespace ekiden::test {

inline constexpr const char* kBoxProperties[] = {"children", "clearable", "id", "options", "value"};
inline constexpr detail::ComponentType kBox{"test_components", "Box", kBoxProperties, true, {}};

class BoxBuilder : public BuilderOf<BoxBuilder> {
 public:
  BoxBuilder() : BuilderOf(kBox) {}
  BoxBuilder& children(Children value) {
    set("children", std::move(value));
    return *this;
  }
  BoxBuilder& id(Id value) {
    set("id", std::move(value));
    return *this;
  }
  BoxBuilder& options(Options value) {
    set("options", std::move(value));
    return *this;
  }
  BoxBuilder& clearable(Flag value) {
    set("clearable", value);
    return *this;
  }
  BoxBuilder& value(Json value) {
    set("value", std::move(value));
    return *this;
  }
};

inline BoxBuilder Box() { return BoxBuilder(); }
inline BoxBuilder Box(Children children) { return BoxBuilder().children(std::move(children)); }

}  // namespace ekiden::test
