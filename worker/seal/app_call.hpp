// SPDX-License-Identifier: MIT
#pragma once

#include <setjmp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include "worker/seal/call_account.hpp"

namespace ekiden::worker {

/// One call of Ekiden into the app's code: a callback, a memoized function, a route. A write to
/// what set-up made ends it, by an exception, or, where no exception gets through (a C function
/// without unwind tables, a `noexcept` function of clang's), by a jump to here, which skips the
/// destructors in between.
///
/// Calls nest, when a callback asks for a memoized result: a jump never skips a frame of Ekiden's
/// that leads a computation. Thread safety: one thread's. Costs a setjmp.
class AppCall {
 public:
  /// Calls `body(argument)`. Throws GlobalWrite if that was refused a write, also if it caught the
  /// exception itself; else what `body` throws.
  static void run(void (*body)(void*), void* argument);

  /// The innermost call of this thread, or nullptr.
  static AppCall* current() noexcept;
  /// The one around all others of this thread, or nullptr. Async-signal-safe.
  static const AppCall* outermost() noexcept;
  bool is_violated() const noexcept;
  /// The innermost call's, made when it is first asked for. REQUIRES: there is a call.
  static std::shared_ptr<CallAccount> account();
  /// Leaves the app's code without unwinding it. REQUIRES: is current().
  [[noreturn]] void escape() noexcept;

 private:
  AppCall() noexcept;
  ~AppCall();
  std::shared_ptr<CallAccount> own_account();
  /// Takes over what the threads that the app started were refused so far.
  void settle() noexcept;

  AppCall* const outer_;
  const std::uint32_t noted_before_;
  std::shared_ptr<CallAccount> account_;  ///< null while the app has started no thread
  jmp_buf way_out_;
};

/// AppCall::run for any function; returns its result.
template <class F>
std::invoke_result_t<F&> in_app_code(F&& function) {
  using Result = std::invoke_result_t<F&>;
  if constexpr (std::is_void_v<Result>) {
    AppCall::run([](void* one) { (*static_cast<std::remove_reference_t<F>*>(one))(); },
                 const_cast<void*>(static_cast<const void*>(std::addressof(function))));
  } else {
    std::optional<Result> result;
    auto call = [&] { result.emplace(function()); };
    AppCall::run([](void* one) { (*static_cast<decltype(call)*>(one))(); }, &call);
    return std::move(*result);
  }
}

}  // namespace ekiden::worker
