// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <ekiden/json.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ekiden {

namespace detail {

/// Where in the app's source something was written, for messages. As a default argument it is the
/// place of the call. (Not std::source_location: clang 14 lacks it with libstdc++.)
class Where {
 public:
  static constexpr Where here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return Where(file, line);
  }
  const char* file() const { return file_; }
  int line() const { return line_; }

 private:
  constexpr Where(const char* file, int line) : file_(file), line_(line) {}

  const char* file_;
  int line_;
};

}  // namespace detail

/// Stands in a pattern for values that are known only in the browser; see Pattern.
enum class Wildcard { match, all, all_smaller };

/// The value that all of a call's MATCH of that key have in common: the callback runs for each.
inline constexpr Wildcard MATCH = Wildcard::match;
/// Every value; the argument, or the output's value, is then a list.
inline constexpr Wildcard ALL = Wildcard::all;
/// Every value below that of MATCH of the same key; only for Inputs and States. A list, too.
inline constexpr Wildcard ALLSMALLER = Wildcard::all_smaller;

/// An id that stands for all components whose id is such an object:
///
///     app.callback(Output{{{"type", "sum"}, {"index", MATCH}}, "children"},
///                  Input{{{"type", "item"}, {"index", ALL}}, "value"},
///                  [](std::vector<double> values) { … });
class Pattern {
 public:
  /// A key with the value that it must have, or with a wildcard.
  struct Member {
    Member(std::string_view key_, const char* value_) : key(key_), value(value_) {}
    Member(std::string_view key_, std::string value_) : key(key_), value(std::move(value_)) {}
    Member(std::string_view key_, std::nullptr_t) = delete;
    template <class T>
    requires(detail::JsonInteger<T> || std::floating_point<T> || std::same_as<T, bool>)
        Member(std::string_view key_, T value_)
        : key(key_), value(value_) {}
    Member(std::string_view key_, Wildcard wildcard_) : key(key_), wildcard(wildcard_) {}

    std::string key;
    Json value;  ///< null for a wildcard
    std::optional<Wildcard> wildcard;
  };

  /// Throws Error if it is empty, or if a key occurs twice.
  Pattern(std::initializer_list<Member> members);

  /// Sorted by key.
  const std::vector<Member>& members() const { return members_; }

 private:
  std::vector<Member> members_;
};

/// A component's property, as Output, Input or State name it: `Input{"dropdown", "value"}`.
struct Dependency {
  template <std::convertible_to<std::string_view> Id>
  Dependency(const Id& id_, std::string_view property_,
             detail::Where where_ = detail::Where::here())
      : Dependency(Plain{id_}, property_, where_) {}
  Dependency(const Pattern& pattern, std::string_view property,
             detail::Where where = detail::Where::here());

  /// True if it stands for any number of components, so that its value is a list.
  bool is_list() const;

  /// What the wire calls it: the id itself, or the pattern as JSON with sorted keys, a wildcard as
  /// an array of its name: `{"index":["ALL"],"type":"item"}`.
  std::string id;
  std::string property;
  detail::Where where;                   ///< where it was written
  std::vector<Pattern::Member> pattern;  ///< sorted by key; empty if the id is a string

 private:
  struct Plain {
    std::string_view id;
  };
  Dependency(Plain id, std::string_view property, detail::Where where);
};

/// The property that a callback's result goes to.
struct Output : Dependency {
  using Dependency::Dependency;

  /// The same for a property that other callbacks have as Output, too. The callback, or the app,
  /// must then set prevent_initial_call, to true or initial_duplicate.
  Output allow_duplicate() const {
    Output output = *this;
    output.is_duplicate = true;
    return output;
  }

  bool is_duplicate = false;
};

/// A property whose changes run the callback, and whose value is an argument of the handler.
struct Input : Dependency {
  using Dependency::Dependency;

  /// The same for a component that need not be on the page: its value is null then.
  Input optional() const {
    Input input = *this;
    input.is_optional = true;
    return input;
  }

  bool is_optional = false;
};

/// A property whose value is an argument of the handler, but whose changes do not run it.
struct State : Dependency {
  using Dependency::Dependency;

  /// The same for a component that need not be on the page: its value is null then.
  State optional() const {
    State state = *this;
    state.is_optional = true;
    return state;
  }

  bool is_optional = false;
};

}  // namespace ekiden
