// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

/// Whether a struct has a pointer in it, found without its help: by which initialisers it takes.
namespace ekiden::detail {

/// True for what means nothing in another process; see kRefersElsewhere.
template <class T>
constexpr bool refers_elsewhere();

/// Initialises a field of any type; the other one those only that refer elsewhere.
struct AnyField {
  template <class T>
  operator T() const;
};
struct ReferringField {
  template <class T>
  requires(refers_elsewhere<T>()) operator T() const;
};

template <std::size_t>
using FieldAt = AnyField;

/// Looks at the field after the first `I`, then at the next one, for as long as there are any.
template <class T, std::size_t... I>
constexpr bool has_pointer_field(std::index_sequence<I...>) {
  constexpr std::size_t kMostFields = 64;
  if constexpr (requires { T{FieldAt<I>()..., ReferringField()}; }) {
    return true;
  } else if constexpr (sizeof...(I) < kMostFields && requires { T{FieldAt<I>()..., AnyField()}; }) {
    return has_pointer_field<T>(std::make_index_sequence<sizeof...(I) + 1>());
  } else {
    return false;
  }
}

/// Of an aggregate: what has constructors or private members cannot be looked into.
template <class T>
constexpr bool has_pointer_field() {
  if constexpr (std::is_class_v<T> && std::is_aggregate_v<T> && std::is_trivially_copyable_v<T>) {
    return has_pointer_field<T>(std::index_sequence<>());
  } else {
    return false;
  }
}

}  // namespace ekiden::detail
