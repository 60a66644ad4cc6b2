// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <ekiden/component.hpp>
#include <ekiden/json.hpp>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The types of component properties, as the generated builders take them. Each converts to Json.
namespace ekiden {

/// A boolean property. Takes only bool, so that `clearable("no")` (a pointer) does not compile.
class Flag {
 public:
  template <std::same_as<bool> B>
  Flag(B value) : value_(value) {}
  operator Json() const { return Json(value_); }

 private:
  bool value_;
};

/// A numeric property; integers stay integers on the wire.
class Number {
 public:
  template <class N>
  requires(detail::JsonInteger<N> || std::floating_point<N>) Number(N value) : value_(value) {}
  operator Json() const { return value_; }

 private:
  Json value_;
};

/// A text property. Unlike std::string it refuses `low(0)`, which would be a null pointer.
class Text {
 public:
  Text(const char* text) : value_(text) {}
  Text(std::string_view text) : value_(text) {}
  Text(std::string text) : value_(std::move(text)) {}
  Text(std::nullptr_t) = delete;
  operator Json() const& { return Json(value_); }
  operator Json() && { return Json(std::move(value_)); }

 private:
  std::string value_;
};

/// A string as a template argument.
template <std::size_t N>
struct Literal {
  char text[N];
  consteval Literal(const char (&s)[N]) { std::copy_n(s, N, text); }
  constexpr std::string_view view() const { return {text, N - 1}; }
};

/// Not constexpr: naming it while compiling is the error message.
inline void this_property_does_not_allow_that_value() {}

/// A property that takes one of a fixed set of strings; the literal is checked while compiling.
template <Literal... Allowed>
class OneOf {
 public:
  template <std::size_t N>
  consteval OneOf(const char (&value)[N]) : value_(value, N - 1) {
    if (!((value_ == Allowed.view()) || ...)) this_property_does_not_allow_that_value();
  }
  operator Json() const { return Json(value_); }

 private:
  std::string_view value_;
};

/// A component's id: a string, or the object form of pattern-matching callbacks.
class Id {
 public:
  Id(const char* id) : value_(id) {}
  Id(std::string id) : value_(std::move(id)) {}
  Id(std::initializer_list<Json::Member> pattern) : value_(pattern) {}
  explicit Id(Json value) : value_(std::move(value)) {}
  operator Json() const { return value_; }

 private:
  Json value_;
};

/// What may stand between tags: text, a number, a component, nothing (nullptr), or a list of these.
class Children {
 public:
  Children() = default;
  Children(std::nullptr_t) {}
  Children(const char* text) : value_(text) {}
  Children(std::string text) : value_(std::move(text)) {}
  template <class N>
  requires(detail::JsonInteger<N> || std::floating_point<N>) Children(N number) : value_(number) {}
  Children(const Component& component) : value_(component) {}
  template <std::derived_from<Builder> B>
  Children(const B& builder) : value_(Component(builder)) {}
  Children(Json value) : value_(std::move(value)) {}
  Children(std::initializer_list<Children> list) : value_(items(list)) {}
  template <class T>
  requires std::convertible_to<T, Json> Children(const std::vector<T>& list) : value_(list) {}
  operator Json() const { return value_; }

 private:
  static Json::Array items(std::initializer_list<Children> list) {
    Json::Array array;
    for (const Children& child : list) array.push_back(child.value_);
    return array;
  }
  Json value_;
};

/// One choice of a Dropdown, RadioItems or Checklist: `"a"`, or `{"Label", value}`.
struct Option {
  Option(const char* text) : value(Json(text)) {}
  Option(std::string text) : value(std::move(text)) {}
  Option(Json label, Json choice)
      : value(Json::Object{{"label", std::move(label)}, {"value", std::move(choice)}}) {}
  Json value;
};

/// The choices of a Dropdown and its kin: a list of options, a vector, or any Json.
class Options {
 public:
  Options(std::initializer_list<Option> list) : value_(items(list)) {}
  Options(Json value) : value_(std::move(value)) {}
  template <class T>
  requires std::convertible_to<T, Json> Options(const std::vector<T>& list) : value_(list) {}
  operator Json() const { return value_; }

 private:
  static Json::Array items(std::initializer_list<Option> list) {
    Json::Array array;
    for (const Option& option : list) array.push_back(option.value);
    return array;
  }
  Json value_;
};

/// CSS properties in camelCase: `.style({{"display", "none"}})`.
class Style {
 public:
  Style(std::initializer_list<Json::Member> members) : value_(members) {}
  Style(Json value) : value_(std::move(value)) {}
  operator Json() const { return value_; }

 private:
  Json value_;
};

}  // namespace ekiden
