// SPDX-License-Identifier: MIT
#include <ekiden/properties.hpp>
#include <utility>

namespace ekiden {

namespace {

Json::Array items_of(const auto& list, const auto& item) {
  Json::Array array;
  array.reserve(list.size());
  for (const auto& one : list) array.push_back(item(one));
  return array;
}

}  // namespace

Children::Children(const char* text) : value_(text) {}

Children::Children(std::string text) : value_(std::move(text)) {}

Children::Children(const Component& component) : value_(component) {}

Children::Children(const Builder& builder) : value_(Component(builder)) {}

Children::Children(Json value) : value_(std::move(value)) {}

Children::Children(std::initializer_list<Children> list)
    : value_(items_of(list, [](const Children& child) { return child.value_; })) {}

Option::Option(const char* text) : value(text) {}

Option::Option(std::string text) : value(std::move(text)) {}

Option::Option(Json label, Json choice)
    : value(Json::Object{{"label", std::move(label)}, {"value", std::move(choice)}}) {}

Options::Options(std::initializer_list<Option> list)
    : value_(items_of(list, [](const Option& option) { return option.value; })) {}

}  // namespace ekiden
