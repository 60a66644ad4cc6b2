// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <ekiden/json.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace ekiden {

namespace detail {
/// What each output receives; nullopt leaves it alone.
using Results = std::vector<std::optional<Json>>;

template <class R>
struct Result;
}  // namespace detail

/// What happens instead when a callback throws: a function of the exception, whose result is the
/// callback's. Nothing (void), null and no_update leave the outputs as they are; for several
/// outputs it returns a std::tuple, or a Json list, with one value for each. It may call set_props.
///
///     CallbackOptions{.on_error = [](const std::exception& error) {
///       set_props("alert", {{"children", error.what()}});
///     }}
///
/// It is not called for PreventUpdate. What it throws itself is the callback's error. Like a
/// callback's handler it must be callable as const, by several threads at once. Something thrown
/// that is no std::exception arrives as an Error that tells its type.
class ErrorHandler {
 public:
  ErrorHandler() = default;
  template <class F>
  requires(std::invocable<F&, const std::exception&> &&
           !std::same_as<std::remove_cvref_t<F>, ErrorHandler>) ErrorHandler(F function) {
    static_assert(std::invocable<const F&, const std::exception&>,
                  "on_error: the function must not modify anything outside its scope, so remove "
                  "'mutable' from it");
    if constexpr (std::invocable<const F&, const std::exception&>) {
      run_ = [function = std::move(function)](const std::exception& error) {
        return results(function, error);
      };
    }
  }

  explicit operator bool() const { return run_ != nullptr; }
  /// One value for each output, one value for all of them, or none: no update.
  detail::Results run(const std::exception& error) const { return run_(error); }

 private:
  template <class F>
  static detail::Results results(const F& function, const std::exception& error) {
    using R = std::invoke_result_t<const F&, const std::exception&>;
    if constexpr (std::is_void_v<R>) {
      function(error);
      return {};
    } else {
      static_assert(detail::Result<R>::writable,
                    "on_error: the function returns a type that is not written as JSON; see "
                    "ekiden::Writable");
      detail::Results results(detail::Result<R>::count);
      detail::Result<R>::write(function(error), results.data());
      return results;
    }
  }

  std::function<detail::Results(const std::exception&)> run_;
};

}  // namespace ekiden
