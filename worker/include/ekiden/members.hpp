// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <ekiden/from_json.hpp>
#include <ekiden/to_json.hpp>
#include <string_view>
#include <tuple>
#include <utility>

/// Structs of an app's own as parameters and results of callbacks.
namespace ekiden {

namespace detail {

template <class S, class M>
struct NamedMember {
  std::string_view name;
  M S::*pointer;
};

template <class S, class M>
constexpr NamedMember<S, M> named_member(std::string_view name, M S::*pointer) {
  return {name, pointer};
}

/// The types that EKIDEN_MEMBERS was used for.
template <class T>
concept Described = requires {
  ekiden_members(static_cast<const T*>(nullptr));
};

template <class T, class M>
void read_member(const Json& json, T& to, const NamedMember<T, M>& member) {
  static_assert(Readable<M>,
                "EKIDEN_MEMBERS: a member's type is not read from JSON; use EKIDEN_MEMBERS for it, "
                "too, or specialise ekiden::FromJson for it");
  if constexpr (Readable<M>) to.*member.pointer = from_json<M>(json, member.name);
}

/// The object that has all members of `value`.
template <class T>
Json write_members(const T& value) {
  return std::apply(
      [&](const auto&... member) {
        return Json(Json::Object{
            Json::Member(std::string(member.name), json_of(value.*member.pointer))...});
      },
      ekiden_members(&value));
}

}  // namespace detail

template <detail::Described T>
struct FromJson<T> {
  static T read(const Json& json) {
    static_assert(std::default_initializable<T>,
                  "EKIDEN_MEMBERS: a struct that is read needs a default constructor");
    if (!json.as_object()) detail::throw_bad_argument("an object", json);
    T value{};
    std::apply([&](const auto&... member) { (detail::read_member(json, value, member), ...); },
               ekiden_members(static_cast<const T*>(nullptr)));
    return value;
  }
};

}  // namespace ekiden

#define EKIDEN_DETAIL_PARENS ()
#define EKIDEN_DETAIL_EXPAND(...) \
  EKIDEN_DETAIL_EXPAND3(EKIDEN_DETAIL_EXPAND3(EKIDEN_DETAIL_EXPAND3(__VA_ARGS__)))
#define EKIDEN_DETAIL_EXPAND3(...) \
  EKIDEN_DETAIL_EXPAND2(EKIDEN_DETAIL_EXPAND2(EKIDEN_DETAIL_EXPAND2(__VA_ARGS__)))
#define EKIDEN_DETAIL_EXPAND2(...) \
  EKIDEN_DETAIL_EXPAND1(EKIDEN_DETAIL_EXPAND1(EKIDEN_DETAIL_EXPAND1(__VA_ARGS__)))
#define EKIDEN_DETAIL_EXPAND1(...) __VA_ARGS__
#define EKIDEN_DETAIL_EACH(Type, name, ...)          \
  ::ekiden::detail::named_member(#name, &Type::name) \
      __VA_OPT__(, EKIDEN_DETAIL_AGAIN EKIDEN_DETAIL_PARENS(Type, __VA_ARGS__))
#define EKIDEN_DETAIL_AGAIN() EKIDEN_DETAIL_EACH

/// Says which members a struct has, so that it is read from and written as an object with these
/// names; up to 27 of them. Stands in the struct's namespace:
///
///     struct City { std::string name; std::optional<int> population; };
///     EKIDEN_MEMBERS(City, name, population)
///
/// A member that the object does not have is null, which an optional takes and others refuse; what
/// else the object has is left alone. Members may be described structs themselves.
#define EKIDEN_MEMBERS(Type, ...)                                                          \
  [[maybe_unused]] inline constexpr auto ekiden_members(const Type*) {                     \
    return ::std::make_tuple(EKIDEN_DETAIL_EXPAND(EKIDEN_DETAIL_EACH(Type, __VA_ARGS__))); \
  }                                                                                        \
  [[maybe_unused]] inline ::ekiden::Json to_json(const Type& value) {                      \
    return ::ekiden::detail::write_members(value);                                         \
  }
