// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <ekiden/component.hpp>
#include <ekiden/json.hpp>
#include <ekiden/properties.hpp>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

/// How a callback's results are written to properties.
namespace ekiden {

/// Writes a T as JSON: `static Json write(const T&)`; the opposite of FromJson.
template <class T>
struct ToJson;

namespace detail {
template <class T>
concept HasToJsonStruct = requires(const std::remove_cvref_t<T>& value) {
  { ToJson<std::remove_cvref_t<T>>::write(value) } -> std::same_as<Json>;
};
}  // namespace detail

/// The types that a handler may return for an output: whatever converts to Json, which are numbers,
/// bool, strings, Json, components and their builders, Children, Figure, std::optional (null),
/// std::vector and std::map<std::string, …> of those.
///
/// A type of your own needs one function in its namespace, found by its name:
///
///     ekiden::Json to_json(const City& city) {
///       return {{"name", city.name}, {"population", city.population}};
///     }
///
/// A type of a namespace that is not yours: specialise ToJson.
template <class T>
concept Writable = std::convertible_to<T, Json> || detail::HasToJsonStruct<T>;

namespace detail {

/// The value of a Writable type as Json.
template <class T>
Json json_of(T&& value) {
  if constexpr (std::convertible_to<T, Json>) {
    return std::forward<T>(value);
  } else {
    return ToJson<std::remove_cvref_t<T>>::write(value);
  }
}

}  // namespace detail

template <detail::HasToJsonStruct T>
struct ToJson<std::optional<T>> {
  static Json write(const std::optional<T>& value) {
    return value ? ToJson<T>::write(*value) : Json();
  }
};

template <detail::HasToJsonStruct T>
struct ToJson<std::vector<T>> {
  static Json write(const std::vector<T>& values) {
    Json::Array items;
    items.reserve(values.size());
    for (const T& value : values) items.push_back(ToJson<T>::write(value));
    return items;
  }
};

}  // namespace ekiden
