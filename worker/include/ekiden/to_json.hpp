// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <ekiden/component.hpp>
#include <ekiden/json.hpp>
#include <ekiden/properties.hpp>

/// How a callback's results are written to properties.
namespace ekiden {

/// The types that a handler may return for an output: whatever converts to Json, which are numbers,
/// bool, strings, Json, components and their builders, Children, Figure, std::optional (null),
/// std::vector and std::map<std::string, …> of those.
///
/// A type of your own needs one function in its namespace, found by its name:
///
///     ekiden::Json to_json(const City& city) {
///       return {{"name", city.name}, {"population", city.population}};
///     }
template <class T>
concept Writable = std::convertible_to<T, Json>;

}  // namespace ekiden
