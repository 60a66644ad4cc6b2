// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <ekiden/patch.hpp>
#include <ekiden/to_json.hpp>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace ekiden {

/// The type of `no_update`.
struct NoUpdate {};

/// Returned for an output that keeps the value it has in the browser.
inline constexpr NoUpdate no_update{};

/// As an element of the list that a wildcard output receives: `std::vector<Json>{1, no_update}`.
inline Json to_json(NoUpdate) { return {{"_dash_no_update", "_dash_no_update"}}; }

/// Thrown by a handler to leave all outputs as they are.
class PreventUpdate : public std::exception {
 public:
  const char* what() const noexcept override { return "PreventUpdate"; }
};

/// Thrown out of a wait for what another callback computes, or for a lock or a throttle of the
/// cache, once nobody needs the waiting callback's result any more: --request-timeout is over and
/// its client has got another answer. A callback that computes a memoized value itself is left to
/// finish, since others may wait for that.
class WaitCancelled : public PreventUpdate {
 public:
  const char* what() const noexcept override {
    return "WaitCancelled: --request-timeout is over, nobody needs the result any more";
  }
};

/// A callback returned something that does not fit its outputs; thrown where types cannot tell.
class InvalidCallbackReturnValue : public Error {
 public:
  using Error::Error;
};

/// What one output receives: a new value, or `no_update`. For handlers that decide as they run:
///
///     [](std::optional<int> clicks) -> Update<std::string> {
///       if (!clicks) return no_update;
///       return "clicked";
///     }
template <class T = Json>
class Update {
 public:
  Update(NoUpdate) {}
  template <class U = T>
  requires(std::convertible_to<U, T> && !std::same_as<std::remove_cvref_t<U>, Update> &&
           !std::same_as<std::remove_cvref_t<U>, NoUpdate>) Update(U&& value)
      : value_(std::in_place, std::forward<U>(value)) {}

  /// nullptr if it is `no_update`.
  T* value() { return value_ ? &*value_ : nullptr; }
  const T* value() const { return value_ ? &*value_ : nullptr; }

 private:
  std::optional<T> value_;
};

template <class T>
Json to_json(const Update<T>& update) {
  return update.value() ? Json(*update.value()) : to_json(no_update);
}

}  // namespace ekiden
