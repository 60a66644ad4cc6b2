// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <ekiden/app.hpp>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

/// Several small apps in one module, for tests/browser/support/cases.mjs:
///
///     EKIDEN_APP(app) {
///       set_up_case(app, {{"cbsc001", one_request_per_key}, …});
///     }

struct Case {
  std::string_view name;
  void (*set_up)(ekiden::App&);
};

/// Sets up the app that EKIDEN_TEST_CASE names.
inline void set_up_case(ekiden::App& app, std::initializer_list<Case> cases) {
  const char* wanted = std::getenv("EKIDEN_TEST_CASE");
  for (const Case& one : cases) {
    if (wanted != nullptr && one.name == wanted) return one.set_up(app);
  }
  throw std::runtime_error("EKIDEN_TEST_CASE names no app of this module: " +
                           std::string(wanted ? wanted : "(not set)"));
}
