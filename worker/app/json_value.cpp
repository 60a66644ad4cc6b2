// SPDX-License-Identifier: MIT
#include <algorithm>
#include <ekiden/component.hpp>
#include <ekiden/json.hpp>
#include <iterator>

#include "worker/json/number_list.hpp"

namespace ekiden {

namespace {

const Json::Member* find_member(const Json::Object& members, std::string_view name) {
  const auto found = std::find_if(members.rbegin(), members.rend(),
                                  [&](const Json::Member& member) { return member.first == name; });
  return found == members.rend() ? nullptr : &*found;
}

/// The members that count, by name.
std::vector<const Json::Member*> sorted(const Json::Object& members) {
  std::vector<const Json::Member*> pointers;
  pointers.reserve(members.size());
  // From the back, so that of equal names the last comes first and survives unique().
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    pointers.push_back(&*member);
  }
  std::stable_sort(pointers.begin(), pointers.end(),
                   [](const auto* a, const auto* b) { return a->first < b->first; });
  const auto same_name = [](const auto* a, const auto* b) { return a->first == b->first; };
  pointers.erase(std::unique(pointers.begin(), pointers.end(), same_name), pointers.end());
  return pointers;
}

bool equal_members(const Json::Object& a, const Json::Object& b) {
  const auto sorted_a = sorted(a), sorted_b = sorted(b);
  return std::equal(sorted_a.begin(), sorted_a.end(), sorted_b.begin(), sorted_b.end(),
                    [](const auto* x, const auto* y) { return *x == *y; });
}

bool equal_components(const detail::ComponentNode& a, const detail::ComponentNode& b) {
  return &a == &b || (a.name_space() == b.name_space() && a.name() == b.name() &&
                      equal_members(a.properties(), b.properties()));
}

bool equal_typed_arrays(const detail::TypedArray& a, const detail::TypedArray& b) {
  return a.dtype == b.dtype &&
         std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end());
}

}  // namespace

Json::Json(const Json& other) = default;

Json::Json(Json&& other) noexcept = default;

Json& Json::operator=(const Json& other) = default;

Json& Json::operator=(Json&& other) noexcept = default;

Json::~Json() = default;

Json::Json(std::string value) {
  // Longer strings are shared by copies of the Json.
  constexpr std::size_t kLongestCopied = 512;
  if (value.size() > kLongestCopied) {
    value_ = make_ref<const detail::JsonText>(std::move(value));
  } else {
    value_ = std::move(value);
  }
}

Json::Json(Array value) : value_(make_ref<const detail::JsonArray>(std::move(value))) {}

Json::Json(Object value) : value_(make_ref<const detail::JsonObject>(std::move(value))) {}

Json::Json(std::initializer_list<Member> members) : Json(Object(members)) {}

Json::Json(const Component& value) : value_(detail::ComponentRef{value.node()}) {}

Json::Json(detail::NumberListRef value) noexcept : value_(std::move(value)) {}

Json::Kind Json::kind() const noexcept {
  if (std::holds_alternative<Ref<const detail::JsonText>>(value_)) return Kind::string;
  if (std::holds_alternative<detail::NumberListRef>(value_)) return Kind::array;
  return static_cast<Kind>(value_.index());
}

std::string_view Json::kind_name() const noexcept {
  constexpr std::string_view kNames[] = {"null",      "a boolean",   "an integer",
                                         "a number",  "a string",    "a list",
                                         "an object", "a component", "a typed array"};
  return kNames[static_cast<std::size_t>(kind())];
}

std::optional<double> Json::as_number() const noexcept {
  if (const auto* integer = as_integer()) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value_)) return *number;
  return std::nullopt;
}

const std::string* Json::as_string() const noexcept {
  if (const auto* text = std::get_if<std::string>(&value_)) return text;
  const auto* shared = std::get_if<Ref<const detail::JsonText>>(&value_);
  return shared ? &(*shared)->text : nullptr;
}

namespace {

const detail::JsonNumberList& list_of(const detail::NumberListRef& ref) {
  return static_cast<const detail::JsonNumberList&>(*ref.list);
}

}  // namespace

const Json::Array* Json::as_array() const {
  if (const auto* array = std::get_if<Ref<const detail::JsonArray>>(&value_)) {
    return &(*array)->items;
  }
  const auto* numbers = std::get_if<detail::NumberListRef>(&value_);
  return numbers ? &list_of(*numbers).items() : nullptr;
}

const std::vector<double>* Json::as_numbers() const noexcept {
  const auto* numbers = std::get_if<detail::NumberListRef>(&value_);
  return numbers ? &list_of(*numbers).values() : nullptr;
}

const Json::Object* Json::as_object() const noexcept {
  const auto* object = std::get_if<Ref<const detail::JsonObject>>(&value_);
  return object ? &(*object)->members : nullptr;
}

const detail::ComponentNode* Json::as_component() const noexcept {
  const auto* component = std::get_if<detail::ComponentRef>(&value_);
  return component ? static_cast<const detail::ComponentNode*>(component->node.get()) : nullptr;
}

const detail::TypedArray* Json::as_typed_array() const noexcept {
  const auto* array = std::get_if<Ref<const detail::TypedArray>>(&value_);
  return array ? array->get() : nullptr;
}

const Json* Json::find(std::string_view name) const noexcept {
  const Object* object = as_object();
  const Member* member = object ? find_member(*object, name) : nullptr;
  return member ? &member->second : nullptr;
}

const Json& Json::operator[](std::string_view name) const {
  if (const Json* value = find(name)) return *value;
  const std::string what = "Json: no member \"" + std::string(name) + "\" in ";
  throw Error(what + (as_object() ? "this object" : std::string(kind_name())));
}

const Json& Json::operator[](std::size_t index) const {
  const Array* array = as_array();
  if (array && index < array->size()) return (*array)[index];
  const std::string what = "Json: no element " + std::to_string(index) + " in ";
  throw Error(what +
              (array ? "a list of " + std::to_string(array->size()) : std::string(kind_name())));
}

std::size_t Json::size() const noexcept {
  if (const auto* numbers = as_numbers()) return numbers->size();
  if (const Array* array = as_array()) return array->size();
  if (const Object* object = as_object()) return object->size();
  return 0;
}

bool operator==(const Json& a, const Json& b) {
  if (a.kind() != b.kind()) {
    const std::optional<double> x = a.as_number(), y = b.as_number();
    return x && y && *x == *y;
  }
  switch (a.kind()) {
    case Json::Kind::null:
      return true;
    case Json::Kind::boolean:
      return *a.as_bool() == *b.as_bool();
    case Json::Kind::integer:
      return *a.as_integer() == *b.as_integer();
    case Json::Kind::number:
      return *a.as_number() == *b.as_number();
    case Json::Kind::string:
      return *a.as_string() == *b.as_string();
    case Json::Kind::array:
      return a.as_array() == b.as_array() || *a.as_array() == *b.as_array();
    case Json::Kind::object:
      return a.as_object() == b.as_object() || equal_members(*a.as_object(), *b.as_object());
    case Json::Kind::component:
      return equal_components(*a.as_component(), *b.as_component());
    case Json::Kind::typed_array:
      return equal_typed_arrays(*a.as_typed_array(), *b.as_typed_array());
  }
  return false;
}

}  // namespace ekiden
