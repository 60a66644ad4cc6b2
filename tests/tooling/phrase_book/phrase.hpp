// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <ekiden/html.hpp>
#include <ekiden/testing.hpp>
#include <exception>
#include <functional>

/// What the program made of a phrase book's blocks begins with.
namespace ekiden {

using SetUp = std::function<void(App&)>;

/// The phrase as the whole set-up of an app. The components that it names need not exist.
inline SetUp in_a_page(void (*phrase)(App&)) {
  return [phrase](App& app) {
    app.layout(html::Div());
    app.suppress_callback_exceptions();
    phrase(app);
  };
}

/// The server would load an app that consists of the phrase.
inline void expect_set_up(void (*phrase)(App&), const char* document, int line) {
  try {
    const testing::AppUnderTest page(in_a_page(phrase));
    EXPECT_TRUE(page.dependencies().as_array());
  } catch (const std::exception& error) {
    ADD_FAILURE_AT(document, line) << error.what();
  }
}

}  // namespace ekiden

using ekiden::expect_set_up;
using ekiden::in_a_page;
