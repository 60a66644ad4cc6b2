// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <stdexcept>

#include "tests/worker/box.hpp"
#include "worker/app/definition.hpp"

namespace {

std::string what_set_up_throws;

}  // namespace

EKIDEN_APP(app) {
  app.title("Mine");
  if (what_set_up_throws == "int") throw 5;
  if (!what_set_up_throws.empty()) throw std::runtime_error(what_set_up_throws);
}

namespace ekiden {
namespace {

using test::Box;

/// Result and text of this program's own EKIDEN_APP, with a buffer of 16 bytes.
std::pair<int, std::string> set_up(const std::string& thrown, App& app) {
  what_set_up_throws = thrown;
  char error[16] = "";
  const int result = ekiden_app_module.set_up(app, error, sizeof error);
  return {result, error};
}

TEST(App, TheModuleRunsTheBlockOnTheApp) {
  App app;

  EXPECT_EQ(set_up("", app), (std::pair(0, std::string())));
  EXPECT_EQ(app.definition().title, "Mine");
  EXPECT_EQ(ekiden_app_module.layout, AppModule::kLayout);
  EXPECT_STREQ(ekiden_app_module.build, EKIDEN_BUILD);
}

TEST(App, ExceptionsOfTheBlockBecomeText) {
  App app;

  EXPECT_EQ(set_up("no data", app), (std::pair(1, std::string("no data"))));
  EXPECT_EQ(set_up("a text of more than 16 bytes", app),
            (std::pair(1, std::string("a text of more "))));
  EXPECT_EQ(set_up("int", app).first, 1);
}

TEST(App, HasDashsDefaults) {
  const App app;

  EXPECT_EQ(app.definition().title, "Dash");
  EXPECT_EQ(app.definition().update_title, "Updating...");
  EXPECT_TRUE(app.definition().layout.is_null());
  EXPECT_FALSE(app.definition().suppress_callback_exceptions);
  EXPECT_FALSE(app.definition().prevent_initial_callbacks);
}

TEST(App, SettingsReachTheDefinition) {
  App app;
  app.title("T")
      .update_title("")
      .external_stylesheets({"a.css", "b.css"})
      .external_scripts({"a.js"})
      .suppress_callback_exceptions()
      .prevent_initial_callbacks();

  EXPECT_EQ(app.definition().title, "T");
  EXPECT_EQ(app.definition().update_title, "");
  ASSERT_EQ(app.definition().page.external_stylesheets.size(), 2U);
  EXPECT_EQ(app.definition().page.external_stylesheets[1].url, "b.css");
  ASSERT_EQ(app.definition().page.external_scripts.size(), 1U);
  EXPECT_EQ(app.definition().page.external_scripts[0].url, "a.js");
  EXPECT_TRUE(app.definition().suppress_callback_exceptions);
  EXPECT_TRUE(app.definition().prevent_initial_callbacks);
}

TEST(App, LayoutIsAComponentOrAList) {
  App app;

  app.layout(Box("x"));
  EXPECT_EQ(app.definition().layout, Json(Box("x")));

  app.layout({Box("x"), "text"});
  EXPECT_EQ(app.definition().layout, Json::array({Box("x"), "text"}));
}

TEST(App, LayoutFunctionIsCalledOnceInSetUpAndThenPerRequest) {
  int calls = 0;
  App app;
  app.layout([&calls] { return Box(++calls); });

  EXPECT_EQ(app.definition().layout, Json(Box(1)));
  EXPECT_EQ(app.definition().layout_function(), Json(Box(2)));

  app.layout(Box("fixed"));
  EXPECT_FALSE(app.definition().layout_function);
}

}  // namespace
}  // namespace ekiden
