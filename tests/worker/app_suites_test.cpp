// SPDX-License-Identifier: MIT
#include "worker/dispatch/app_suites.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <ekiden/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/site.hpp"
#include "tests/support/temporary_folder.hpp"
#include "worker/dispatch/index_page.hpp"

namespace ekiden::worker {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kScript = "application/javascript; charset=utf-8";

constexpr std::array kFiles = std::to_array<detail::PackageFile>({
    {"async-chart.js", "2.0.1", kScript, "ffffffffffffffff", "chart()", "", "", ""},
    {"widgets.min.js", "2.0.1", kScript, "eeeeeeeeeeeeeeee", "widgets()", "GZIP", "", ""},
});
constexpr std::array<std::string_view, 1> kScripts = {"widgets.min.js"};
constexpr detail::ComponentPackage kWidgets{"widgets", kFiles, kScripts,
                                            R"({"Dial":["label","marks[].icon"]})"};
constexpr detail::ComponentPackage kCore{"dash_core_components", kFiles, kScripts, "{}"};
constexpr detail::ComponentPackage kDash{"dash", kFiles, kScripts, "{}"};
constexpr std::array<std::string_view, 1> kMissing = {"none.js"};
constexpr detail::ComponentPackage kIncomplete{"incomplete", kFiles, kMissing, "{}"};

AppSuites with(ComponentPackages packages) { return AppSuites(test::small_suites(), packages); }

std::string page(const Suites& suites, const Assets& assets = {}) {
  App app;
  app.layout("x").external_scripts({"https://cdn.test/x.js"});
  return index_page(app.definition(), suites, assets, {});
}

std::vector<std::string> script_urls(const std::string& html) {
  constexpr std::string_view kStart = "<script src=\"";
  std::vector<std::string> urls;
  for (auto at = html.find(kStart); at != std::string::npos; at = html.find(kStart, at)) {
    at += kStart.size();
    urls.push_back(html.substr(at, html.find_first_of("\"?", at) - at));
  }
  return urls;
}

std::string error_of(const ComponentPackages& packages) {
  try {
    with(packages);
    return "no error";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(AppSuites, PutAPackagesScriptsBetweenExternalOnesAndAssets) {
  test::TemporaryFolder folder;
  folder.write("own.js", "1");
  const AppSuites suites = with({&kWidgets});

  EXPECT_THAT(
      script_urls(page(suites.view(), Assets::load(folder.path()))),
      ElementsAre("/_dash-component-suites/dash/deps/react@18.v18_3_1mcccccccccc.3.1.min.js",
                  "https://cdn.test/x.js",
                  "/_dash-component-suites/widgets/widgets.v2_0_1meeeeeeeeee.min.js",
                  "/assets/own.js",
                  "/_dash-component-suites/dash/dash-renderer/build/"
                  "dash_renderer.v3_4_1maaaaaaaaaa.min.js"));
}

TEST(AppSuites, TellThePageWhichPropertiesHoldComponents) {
  const AppSuites suites = with({&kWidgets});

  EXPECT_EQ(Json::parse(suites.view().children_props), Json::parse(R"({
    "dash_core_components": {"Tab": ["label"]},
    "widgets": {"Dial": ["label", "marks[].icon"]}})"));
  EXPECT_THAT(page(suites.view()), HasSubstr("marks[].icon"));
}

TEST(AppSuites, LeaveAnAppWithoutPackagesAsItIs) {
  const AppSuites suites = with({});

  EXPECT_EQ(page(suites.view()), page(test::small_suites()));
  EXPECT_THAT(suites.view().package_scripts, IsEmpty());
}

TEST(AppSuites, AreServedLikeTheProgramsOwn) {
  const AppSuites suites = with({&kWidgets});
  Request request;
  request.headers = {{"Accept-Encoding", "gzip"}};
  Response bundle, chunk, own;
  send_suite_file(suites.view().files, "widgets/widgets.v2_0_1meeeeeeeeee.min.js", request, bundle);
  send_suite_file(suites.view().files, "widgets/async-chart.js", request, chunk);
  send_suite_file(suites.view().files, "plotly/package_data/plotly.min.js", request, own);

  EXPECT_EQ(bundle.bytes(), "GZIP");
  EXPECT_THAT(bundle.headers, HasSubstr("Cache-Control: public, max-age=31536000, immutable\r\n"));
  EXPECT_EQ(chunk.bytes(), "chart()");
  EXPECT_THAT(chunk.headers,
              AllOf(HasSubstr("ETag: \"ffffffffffffffff\"\r\n"), Not(HasSubstr("immutable"))));
  EXPECT_EQ(own.bytes(), "plotly()");
}

TEST(AppSuites, ServeNothingThatThePackageDoesNotList) {
  const AppSuites suites = with({&kWidgets});
  for (const char* path : {"widgets", "widgets/", "widgets/widgets.dev.js", "widgets/package.json",
                           "other/widgets.min.js", "widgets/../dash/dcc/async-graph.js"}) {
    Response response;
    send_suite_file(suites.view().files, path, Request(), response);

    EXPECT_EQ(response.status, 404) << path;
  }
}

TEST(AppSuites, RefuseANameThatIsTaken) {
  EXPECT_THAT(error_of({&kWidgets, &kWidgets}),
              HasSubstr("two component packages with the name widgets"));
  EXPECT_THAT(error_of({&kCore}), HasSubstr("with the name dash_core_components"));
  EXPECT_THAT(error_of({&kDash}), HasSubstr("with the name dash,"));
}

TEST(AppSuites, RefuseAPackageWithoutItsOwnScript) {
  EXPECT_THAT(error_of({&kIncomplete}),
              HasSubstr("incomplete lists none.js as a script but does not contain it"));
}

}  // namespace
}  // namespace ekiden::worker
