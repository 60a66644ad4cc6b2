// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <ekiden/json.hpp>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// How the parameters of a callback are read from the values of properties.
namespace ekiden {

/// A value that does not fit the type it is read as: "expected a string, got the integer 5".
class BadArgument : public Error {
 public:
  using Error::Error;
};

/// Reads a T from JSON: `static T read(const Json&)`, which throws BadArgument if the value is not
/// one. Specialise it for your own types:
///
///     template <>
///     struct ekiden::FromJson<City> {
///       static City read(const Json& json) {
///         return {from_json<std::string>(json, "name"), from_json<int>(json, "population")};
///       }
///     };
///
/// Read without that: bool, integers (in range), floating point, std::string, std::string_view
/// (valid during the call), Json, and std::optional (null), std::vector and std::map of those.
template <class T>
struct FromJson;

/// The types that a handler's parameter may have.
template <class T>
concept Readable = requires(const Json& json) {
  { FromJson<T>::read(json) } -> std::same_as<T>;
};

/// The value as a T. Throws BadArgument if it is not one.
template <Readable T>
T from_json(const Json& json) {
  return FromJson<T>::read(json);
}

namespace detail {

/// Throws BadArgument: "expected <expected>, got <what `got` is>".
[[noreturn]] void throw_bad_argument(std::string_view expected, const Json& got);
/// Throws BadArgument: "<where>: <what `error` says>".
[[noreturn]] void throw_bad_part(const std::string& where, const BadArgument& error);
[[noreturn]] void throw_missing_member(std::string_view name);

/// The integer, checked to be in [min, max]; a number without fraction is one, too.
std::int64_t read_integer(const Json& json, std::int64_t min, std::uint64_t max);

}  // namespace detail

/// The member `name` of an object as a T. A missing member reads as null, if T may be null.
/// Throws BadArgument naming the member.
template <Readable T>
T from_json(const Json& json, std::string_view name) {
  if (!json.as_object()) detail::throw_bad_argument("an object", json);
  const Json* member = json.find(name);
  try {
    if (member) return FromJson<T>::read(*member);
    return FromJson<T>::read(Json());
  } catch (const BadArgument& error) {
    if (!member) detail::throw_missing_member(name);
    detail::throw_bad_part("member \"" + std::string(name) + '"', error);
  }
}

template <>
struct FromJson<Json> {
  static Json read(const Json& json) { return json; }
};

template <>
struct FromJson<bool> {
  static bool read(const Json& json) {
    if (const bool* value = json.as_bool()) return *value;
    detail::throw_bad_argument("a boolean", json);
  }
};

template <detail::JsonInteger T>
struct FromJson<T> {
  static T read(const Json& json) {
    using Limits = std::numeric_limits<T>;
    return static_cast<T>(detail::read_integer(json, static_cast<std::int64_t>(Limits::min()),
                                               static_cast<std::uint64_t>(Limits::max())));
  }
};

template <std::floating_point T>
struct FromJson<T> {
  static T read(const Json& json) {
    if (const std::optional<double> value = json.as_number()) return static_cast<T>(*value);
    detail::throw_bad_argument("a number", json);
  }
};

template <>
struct FromJson<std::string> {
  static std::string read(const Json& json) {
    if (const std::string* value = json.as_string()) return *value;
    detail::throw_bad_argument("a string", json);
  }
};

template <>
struct FromJson<std::string_view> {
  static std::string_view read(const Json& json) {
    if (const std::string* value = json.as_string()) return *value;
    detail::throw_bad_argument("a string", json);
  }
};

template <Readable T>
struct FromJson<std::optional<T>> {
  static std::optional<T> read(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return FromJson<T>::read(json);
  }
};

template <Readable T>
struct FromJson<std::vector<T>> {
  static std::vector<T> read(const Json& json) {
    if constexpr (std::floating_point<T>) {
      if (const auto* numbers = json.as_numbers()) return {numbers->begin(), numbers->end()};
    }
    const Json::Array* items = json.as_array();
    if (!items) detail::throw_bad_argument("a list", json);
    std::vector<T> values;
    values.reserve(items->size());
    try {
      for (const Json& item : *items) values.push_back(FromJson<T>::read(item));
    } catch (const BadArgument& error) {
      detail::throw_bad_part("element " + std::to_string(values.size()), error);
    }
    return values;
  }
};

template <Readable T>
struct FromJson<std::map<std::string, T>> {
  static std::map<std::string, T> read(const Json& json) {
    const Json::Object* members = json.as_object();
    if (!members) detail::throw_bad_argument("an object", json);
    std::map<std::string, T> values;
    for (const auto& [name, value] : *members) {
      try {
        values.insert_or_assign(name, FromJson<T>::read(value));
      } catch (const BadArgument& error) {
        detail::throw_bad_part("member \"" + name + '"', error);
      }
    }
    return values;
  }
};

}  // namespace ekiden
