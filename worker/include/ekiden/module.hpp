// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <ekiden/build.hpp>

namespace ekiden {

class App;

/// What must be equal in a module and in the program that loads it: classes with inline members
/// cross that border.
#define EKIDEN_BUILD                                                                         \
  "ekiden " EKIDEN_VERSION ", headers " EKIDEN_HEADERS ", libstdc++ cxx11 abi " EKIDEN_TEXT( \
      _GLIBCXX_USE_CXX11_ABI) ", pointers of " EKIDEN_TEXT(__SIZEOF_POINTER__) " bytes"
#define EKIDEN_TEXT(macro) EKIDEN_TEXT_OF(macro)
#define EKIDEN_TEXT_OF(text) #text

/// The one symbol that an app module exports, as C: `ekiden_app_module`. EKIDEN_APP defines it.
struct AppModule {
  static constexpr std::uint32_t kLayout = 1;  ///< of this struct

  std::uint32_t layout;
  const char* build;  ///< EKIDEN_BUILD of the module
  /// Runs the app's set-up. Returns 0, or 1 with a text in `error`. No exception leaves it.
  int (*set_up)(App& app, char* error, std::size_t error_size) noexcept;
};

namespace detail {

/// Calls `body`; an exception becomes 1 and its text, cut to fit and ended by NUL.
int run_set_up(void (*body)(App&), App& app, char* error, std::size_t error_size) noexcept;

}  // namespace detail

}  // namespace ekiden
