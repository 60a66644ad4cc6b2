// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ekiden/ref.hpp>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ekiden {

class Component;
class Json;

/// Base of all errors that Ekiden throws at an app's author.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {
struct JsonArray;
struct JsonObject;
struct JsonText;
class ComponentNode;

/// A numeric column on its way to plotly as `{"dtype": …, "bdata": base64}`: the bytes are read
/// where they lie (`owner` keeps them alive) and encoded while the response is written.
struct TypedArray : Counted {
  std::string dtype;                 ///< plotly's code: "f8", "f4", "i4", "u1" …
  std::span<const std::byte> bytes;  ///< little-endian elements
  Ref<const Counted> owner;          ///< what keeps `bytes` valid
};

/// A ComponentNode where that type is still incomplete.
struct ComponentRef {
  Ref<const Counted> node;
};

/// A long list of numbers that came with a request, of a type that apps need not know.
struct NumberListRef {
  Ref<const Counted> list;
};

/// Characters are not numbers: what would `Json('a')` be?
template <class T>
concept JsonInteger = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                      !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                      !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;
}  // namespace detail

/// Types that say how they are written as JSON: `Json to_json(const T&)`, found by ADL.
template <class T>
concept HasToJson = !std::same_as<T, Json> && requires(const T& value) {
  { to_json(value) } -> std::same_as<Json>;
};

/// An immutable JSON value: null, boolean, integer, double, string, array, object, component, or a
/// typed array of numbers.
///
/// Copying shares arrays, objects, components and long strings (`Ref`), so a large value made in
/// set-up can be captured and returned at no cost. NaN and infinities are written as null. Object
/// members keep the order in which they were given. Thread safety: as `const` as it looks.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;
  enum class Kind { null, boolean, integer, number, string, array, object, component, typed_array };

  Json() noexcept {}
  // Not inline: an app has hundreds of places that copy and destroy a Json.
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();
  Json(std::nullptr_t) noexcept {}
  template <std::same_as<bool> B>
  Json(B value) noexcept : value_(value) {}
  template <detail::JsonInteger N>
  Json(N value) : value_(integer(value)) {}
  template <std::floating_point F>
  Json(F value) noexcept : value_(static_cast<double>(value)) {}
  Json(const char* value) : Json(std::string(value)) {}
  Json(std::string_view value) : Json(std::string(value)) {}
  Json(std::string value);
  Json(Array value);
  Json(Object value);
  Json(const Component& value);
  Json(Ref<const detail::TypedArray> value) noexcept : value_(std::move(value)) {}
  Json(detail::NumberListRef value) noexcept;
  /// `Json{{"x", 1}, {"y", "text"}}` is an object.
  Json(std::initializer_list<Member> members);
  template <class T>
  requires(std::convertible_to<T, Json> && !std::same_as<T, Json>)
      Json(const std::vector<T>& values)
      : Json(from_range(values)) {}
  template <class T>
  requires std::convertible_to<T, Json> Json(const std::map<std::string, T>& values)
      : Json(from_map(values)) {}
  template <class T>
  requires std::convertible_to<T, Json> Json(const std::optional<T>& value)
      : Json(value ? Json(*value) : Json()) {}
  template <HasToJson T>
  Json(const T& value) : Json(to_json(value)) {}

  /// `Json::array({1, "two", 3.0})`.
  static Json array(std::initializer_list<Json> items) { return Json(Array(items)); }
  /// Reads JSON text. Throws Error with line, column and reason; nesting is limited to 512.
  static Json parse(std::string_view text);

  Kind kind() const noexcept;
  /// "null", "a boolean", "an integer", "a number", "a string", "a list", "an object", … for
  /// messages.
  std::string_view kind_name() const noexcept;
  bool is_null() const noexcept { return value_.index() == 0; }

  /// The value as the named type, or nullptr if it is another.
  const bool* as_bool() const noexcept { return std::get_if<bool>(&value_); }
  const std::int64_t* as_integer() const noexcept { return std::get_if<std::int64_t>(&value_); }
  /// An integer or a double, as a double.
  std::optional<double> as_number() const noexcept;
  const std::string* as_string() const noexcept;
  /// Allocates when a list is first asked for of which as_numbers() knows the numbers.
  const Array* as_array() const;
  /// The elements of a list if it is one of nothing but numbers and kept as such: a long one that
  /// came with a request. nullptr for anything else, other lists of numbers included.
  const std::vector<double>* as_numbers() const noexcept;
  const Object* as_object() const noexcept;
  const detail::ComponentNode* as_component() const noexcept;
  const detail::TypedArray* as_typed_array() const noexcept;

  /// The member of that name, or nullptr if there is none or this is not an object. Where a name
  /// occurs twice, the last counts, as in the browser.
  const Json* find(std::string_view name) const noexcept;
  /// The member of that name. Throws Error naming it if there is none.
  const Json& operator[](std::string_view name) const;
  const Json& operator[](const char* name) const { return (*this)[std::string_view(name)]; }
  /// The element at `index`. Throws Error if this is not an array or is too short.
  const Json& operator[](std::size_t index) const;
  const Json& operator[](int index) const { return (*this)[static_cast<std::size_t>(index)]; }
  /// Elements of an array or members of an object; 0 for anything else.
  std::size_t size() const noexcept;

  /// Compact JSON text, non-ASCII unescaped. `write` appends to `out`.
  std::string dump() const;
  void write(std::string& out) const;

  /// Deep equality; integers equal doubles of the same value; member order does not matter.
  friend bool operator==(const Json& a, const Json& b);

 private:
  static std::int64_t integer(detail::JsonInteger auto value) {
    if (!std::in_range<std::int64_t>(value)) throw Error("Json: an integer beyond 64 bits signed");
    return static_cast<std::int64_t>(value);
  }
  static Array from_range(const auto& values) { return Array(values.begin(), values.end()); }
  static Object from_map(const auto& values) { return Object(values.begin(), values.end()); }

  std::variant<std::monostate, bool, std::int64_t, double, std::string,
               Ref<const detail::JsonArray>, Ref<const detail::JsonObject>, detail::ComponentRef,
               Ref<const detail::TypedArray>, Ref<const detail::JsonText>, detail::NumberListRef>
      value_;
};

namespace detail {
struct JsonArray : Counted {
  explicit JsonArray(Json::Array v) : items(std::move(v)) {}
  Json::Array items;
};
/// A string that is too long to be copied.
struct JsonText : Counted {
  explicit JsonText(std::string v) : text(std::move(v)) {}
  std::string text;
};
struct JsonObject : Counted {
  explicit JsonObject(Json::Object v) : members(std::move(v)) {}
  Json::Object members;
};
}  // namespace detail

}  // namespace ekiden
