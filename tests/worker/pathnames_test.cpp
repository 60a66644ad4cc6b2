// SPDX-License-Identifier: MIT
// Protocol reference, section 1.0: prefixes and environment.
#include "worker/app/pathnames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ekiden/app.hpp>

#include "worker/app/definition.hpp"

namespace ekiden::worker {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// A variable of the environment while the object lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;

 private:
  const char* name_;
};

Pathnames pathnames_of(const App& app) { return worker::pathnames_of(app.definition().page); }

std::string error_of(const App& app) {
  try {
    pathnames_of(app);
    return "no error";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Pathnames, AreTheRootUnlessTheAppSaysOtherwise) {
  const App app;

  EXPECT_EQ(pathnames_of(app).routes, "/");
  EXPECT_EQ(pathnames_of(app).requests, "/");
}

TEST(Pathnames, AreBothTheBaseIfThatIsGiven) {
  App app;
  app.url_base_pathname("/sales/");

  EXPECT_EQ(pathnames_of(app).routes, "/sales/");
  EXPECT_EQ(pathnames_of(app).requests, "/sales/");
}

TEST(Pathnames, OfRequestsAreThoseOfRoutesUnlessGiven) {
  App app;
  app.routes_pathname_prefix("/r/");
  EXPECT_EQ(pathnames_of(app).requests, "/r/");

  app.requests_pathname_prefix("/proxy/r");
  EXPECT_EQ(pathnames_of(app).routes, "/r/");
  EXPECT_EQ(pathnames_of(app).requests, "/proxy/r/");
}

TEST(Pathnames, OfRequestsBeginWithTheAppsNameInTheEnvironment) {
  const Variable name("DASH_APP_NAME", "sales");
  App app;
  app.routes_pathname_prefix("/r/");
  EXPECT_EQ(pathnames_of(app).requests, "/sales/r/");

  app.requests_pathname_prefix("/own/");
  EXPECT_EQ(pathnames_of(app).requests, "/own/");
}

TEST(Pathnames, AreAmbiguousIfTheBaseIsGivenWithAPrefix) {
  App requests, routes;
  requests.url_base_pathname("/a/").requests_pathname_prefix("/b/");
  routes.url_base_pathname("/a/").routes_pathname_prefix("/b/");

  EXPECT_THAT(error_of(requests), AllOf(HasSubstr("ambiguous"), HasSubstr("`requests_pathname")));
  EXPECT_THAT(error_of(routes), AllOf(HasSubstr("ambiguous"), HasSubstr("`routes_pathname")));
}

TEST(Pathnames, MustHaveTheirSlashes) {
  App starts, ends, requests, base;
  starts.routes_pathname_prefix("r/");
  ends.routes_pathname_prefix("/r");
  requests.requests_pathname_prefix("r/");
  base.url_base_pathname("/r");

  EXPECT_THAT(error_of(starts), HasSubstr("`routes_pathname_prefix` needs to start with `/`"));
  EXPECT_THAT(error_of(ends), HasSubstr("`routes_pathname_prefix` needs to end with `/`"));
  EXPECT_THAT(error_of(requests), HasSubstr("`requests_pathname_prefix` needs to start with `/`"));
  EXPECT_THAT(error_of(base), HasSubstr("`url_base_pathname` needs to end with `/`"));
}

TEST(Environment, SetsWhatTheAppDoesNotSay) {
  const Variable routes("DASH_ROUTES_PATHNAME_PREFIX", "/env/"), small("dash_app_name", "small");
  App app;
  EXPECT_EQ(pathnames_of(app).routes, "/env/");
  EXPECT_EQ(pathnames_of(app).requests, "/small/env/");

  app.routes_pathname_prefix("/code/");
  EXPECT_EQ(pathnames_of(app).routes, "/code/");
}

TEST(Environment, SetsFlagsInAnyCase) {
  const Variable suppress("DASH_SUPPRESS_CALLBACK_EXCEPTIONS", "True");
  const Variable include("DASH_INCLUDE_ASSETS_FILES", "false");
  const App app;

  EXPECT_TRUE(app.definition().suppress_callback_exceptions);
  EXPECT_FALSE(app.definition().page.include_assets_files);
}

TEST(Environment, RefusesAFlagThatIsNone) {
  const Variable include("DASH_INCLUDE_ASSETS_FILES", "yes");

  try {
    const App app;
    FAIL() << "\"yes\" was taken for a flag";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("DASH_INCLUDE_ASSETS_FILES"), HasSubstr("\"yes\"")));
  }
}

TEST(RelativePath, LiesBelowThePrefixOfRequests) {
  App root, sales;
  sales.requests_pathname_prefix("/sales/");

  EXPECT_EQ(root.get_relative_path(""), "/");
  EXPECT_EQ(root.get_relative_path("/page-2"), "/page-2");
  EXPECT_EQ(sales.get_relative_path(""), "/sales/");
  EXPECT_EQ(sales.get_relative_path("/"), "/sales/");
  EXPECT_EQ(sales.get_relative_path("/page-2/"), "/sales/page-2/");
  EXPECT_THROW(sales.get_relative_path("page-2"), Error);
}

TEST(RelativePath, LosesThePrefixAgain) {
  App root, sales;
  sales.requests_pathname_prefix("/sales/");

  EXPECT_EQ(root.strip_relative_path("/"), "");
  EXPECT_EQ(root.strip_relative_path("/page-2/"), "page-2");
  EXPECT_EQ(sales.strip_relative_path("/sales"), "");
  EXPECT_EQ(sales.strip_relative_path("/sales/a/b/"), "a/b");
  for (const char* path : {"page-2", "/salesman", "/other", ""}) {
    EXPECT_THROW(sales.strip_relative_path(path), Error) << path;
  }
  EXPECT_THROW(root.strip_relative_path(""), Error);
}

TEST(AssetUrl, LiesInTheAssetsFolderBelowThePrefix) {
  App app;
  EXPECT_EQ(app.get_asset_url("logo.png"), "/assets/logo.png");

  app.requests_pathname_prefix("/sales/");
  EXPECT_EQ(app.get_asset_url("img/logo.png"), "/sales/assets/img/logo.png");
}

TEST(AssetUrl, LiesOnAnotherHostIfTheEnvironmentSaysSo) {
  const Variable host("DASH_ASSETS_EXTERNAL_PATH", "https://cdn.test/x/");

  EXPECT_EQ(App().get_asset_url("logo.png"), "https://cdn.test/x/assets/logo.png");
}

}  // namespace
}  // namespace ekiden::worker
