// SPDX-License-Identifier: MIT
// Protocol reference, section 5: hot reload, and 1.7: its part of the config.
#include "worker/dispatch/hot_reload.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/site.hpp"

namespace ekiden::worker {
namespace {

using test::Site;

Json reload_hash(const std::string& title, bool debug = true) {
  SiteOptions options;
  options.debug = debug;
  Site site([&](App& app) { app.layout("x").title(title); }, options);
  return Json::parse(site.get("/_reload-hash").body);
}

TEST(ReloadHash, IsNullWithoutDebug) {
  const Json answer = reload_hash("T", false);

  EXPECT_TRUE(answer["reloadHash"].is_null());
  EXPECT_EQ(answer["packages"], Json(Json::Array{}));
}

TEST(ReloadHash, IsNewInEachGeneration) {
  const Json first = reload_hash("T"), second = reload_hash("T");

  EXPECT_NE(first["reloadHash"], second["reloadHash"]);
  EXPECT_EQ(first["reloadHash"].as_string()->size(), 16U);
  EXPECT_EQ(first["hard"], Json(false));
  EXPECT_EQ(first["packages"], second["packages"]);
}

TEST(ReloadHash, ComesWithOtherPackagesIfThePageIsAnother) {
  EXPECT_NE(reload_hash("T")["packages"], reload_hash("U")["packages"]);
}

TEST(ReloadHash, IsPolledOnlyUnderDebug) {
  const App app;
  SiteOptions debug;
  debug.debug = true;

  const Json config = Json::parse(config_json(app.definition(), test::small_suites(), debug));
  EXPECT_EQ(config["hot_reload"], Json::parse(R"({"interval":3000,"max_retry":8})"));
  EXPECT_EQ(Json::parse(config_json(app.definition(), test::small_suites(), {})).find("hot_reload"),
            nullptr);
}

TEST(ReloadHash, CanBeSetUpByTheEnvironment) {
  SiteOptions debug;
  debug.debug = true;
  ::setenv("DASH_HOT_RELOAD_INTERVAL", "0.5", 1);
  EXPECT_EQ(hot_reload(debug).interval_ms, 500);
  ::setenv("DASH_HOT_RELOAD_INTERVAL", "soon", 1);
  EXPECT_THROW(hot_reload(debug), Error);
  ::unsetenv("DASH_HOT_RELOAD_INTERVAL");

  ::setenv("DASH_HOT_RELOAD", "false", 1);
  EXPECT_FALSE(hot_reload(debug).on);
  ::unsetenv("DASH_HOT_RELOAD");
  EXPECT_TRUE(hot_reload(debug).on);
}

}  // namespace
}  // namespace ekiden::worker
