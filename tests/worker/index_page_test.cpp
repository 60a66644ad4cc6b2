// SPDX-License-Identifier: MIT
#include "worker/dispatch/index_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/site.hpp"
#include "tests/support/temporary_folder.hpp"

namespace ekiden::worker {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// The page of an app that only `set_up` describes.
std::string page(void (*set_up)(App&), const Assets& assets = {}, const SiteOptions& options = {}) {
  App app;
  set_up(app);
  return index_page(app.definition(), test::small_suites(), assets, options);
}

/// What follows each `start`, up to one of the characters `ends`.
std::vector<std::string> all_after(const std::string& text, std::string_view start,
                                   const char* ends) {
  std::vector<std::string> found;
  for (auto at = text.find(start); at != std::string::npos; at = text.find(start, at)) {
    at += start.size();
    found.push_back(text.substr(at, text.find_first_of(ends, at) - at));
  }
  return found;
}

std::string config_of(const std::string& html) {
  const auto texts = all_after(html, R"(<script id="_dash-config" type="application/json">)", "<");
  return texts.size() == 1 ? texts[0] : "not exactly one config element";
}

void nothing(App&) {}

TEST(IndexPage, HasWhatTheRendererLooksFor) {
  const std::string html = page(nothing);

  EXPECT_TRUE(html.starts_with("<!DOCTYPE html>"));
  for (const char* part : {"<div id=\"react-entry-point\">", "id=\"_dash-config\"",
                           "<script id=\"_dash-renderer\" type=\"application/javascript\">"
                           "var renderer = new DashRenderer();</script>"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
}

TEST(IndexPage, LoadsScriptsInDashsOrder) {
  test::TemporaryFolder folder;
  folder.write("b.js", "1");
  folder.write("a/first.js", "2");
  const std::string html = page([](App& app) { app.external_scripts({"https://cdn.test/x.js"}); },
                                Assets::load(folder.path()));

  const auto urls = all_after(html, "<script src=\"", "\"?");
  EXPECT_THAT(
      urls, ElementsAre("/_dash-component-suites/dash/deps/react@18.v18_3_1mcccccccccc.3.1.min.js",
                        "https://cdn.test/x.js", "/assets/b.js", "/assets/a/first.js",
                        "/_dash-component-suites/dash/dash-renderer/build/"
                        "dash_renderer.v3_4_1maaaaaaaaaa.min.js"));
}

TEST(IndexPage, LoadsExternalStylesheetsBeforeThoseOfTheApp) {
  test::TemporaryFolder folder;
  folder.write("page.css", "body{}");
  const std::string html =
      page([](App& app) { app.external_stylesheets({"https://cdn.test/x.css"}); },
           Assets::load(folder.path()));

  EXPECT_THAT(all_after(html, "<link rel=\"stylesheet\" href=\"", "\"?"),
              ElementsAre("https://cdn.test/x.css", "/assets/page.css"));
}

TEST(IndexPage, NamesAnAssetsModificationTime) {
  test::TemporaryFolder folder;
  folder.write("page.css", "body{}");
  const Assets assets = Assets::load(folder.path());

  EXPECT_THAT(
      page(nothing, assets),
      HasSubstr("/assets/page.css?m=" + std::to_string(assets.in_page_order()[0].modified) + "\""));
}

TEST(IndexPage, LoadsAnMjsAssetAsAModule) {
  test::TemporaryFolder folder;
  folder.write("widget.mjs", "export {}");

  EXPECT_THAT(page(nothing, Assets::load(folder.path())),
              ContainsRegex("<script src=\"/assets/widget.mjs\\?m=[0-9]+\" type=\"module\">"));
}

TEST(IndexPage, EncodesAnAssetsNameForTheUrl) {
  test::TemporaryFolder folder;
  folder.write("my \"page\".css", "body{}");

  EXPECT_THAT(page(nothing, Assets::load(folder.path())),
              HasSubstr("href=\"/assets/my%20%22page%22.css?m="));
}

TEST(IndexPage, EscapesTheTitle) {
  const std::string html = page([](App& app) { app.title("</title><script>alert(1)"); });

  EXPECT_THAT(html, HasSubstr("<title>&lt;/title&gt;&lt;script&gt;alert(1)</title>"));
}

TEST(IndexPage, TakesTheIconFromTheAssetsIfThereIsOne) {
  EXPECT_THAT(page(nothing), HasSubstr("type=\"image/x-icon\" href=\"/_favicon.ico?v="));

  test::TemporaryFolder folder;
  folder.write("favicon.ico", "icon");
  EXPECT_THAT(page(nothing, Assets::load(folder.path())),
              HasSubstr("type=\"image/x-icon\" href=\"/assets/favicon.ico?m="));
}

TEST(IndexPage, PutsEveryUrlBelowTheRequestsPrefix) {
  test::TemporaryFolder folder;
  folder.write("page.css", "body{}");
  const std::string html = page([](App& app) { app.requests_pathname_prefix("/proxied/"); },
                                Assets::load(folder.path()));

  std::vector<std::string> urls = all_after(html, " src=\"", "\"");
  for (std::string& url : all_after(html, " href=\"", "\"")) urls.push_back(std::move(url));
  EXPECT_EQ(urls.size(), 4U);
  for (const std::string& url : urls) EXPECT_TRUE(url.starts_with("/proxied/")) << url;
  const Json config = Json::parse(config_of(html));
  EXPECT_EQ(config["requests_pathname_prefix"], Json("/proxied/"));
}

TEST(IndexPage, TellsTheRendererItsConfiguration) {
  const Json config = Json::parse(config_of(page(nothing)));

  const Json expected = Json::parse(R"({
    "url_base_pathname": null, "requests_pathname_prefix": "/", "ui": false, "props_check": false,
    "disable_version_check": true, "show_undo_redo": false, "suppress_callback_exceptions": false,
    "update_title": "Updating...", "children_props": {"dash_core_components": {"Tab": ["label"]}},
    "serve_locally": true, "dash_version": "4.3.0", "python_version": null,
    "dash_version_url": null, "ddk_version": null, "plotly_version": "3.7.0",
    "validate_callbacks": false, "csrf_token_name": "_csrf_token",
    "csrf_header_name": "X-CSRFToken", "plotly_cloud_installed": true})");
  EXPECT_EQ(config, expected) << config.dump();
}

TEST(IndexPage, SetsDevToolsUpUnderDebug) {
  SiteOptions options;
  options.debug = true;
  const Json config = Json::parse(config_of(page(nothing, {}, options)));

  EXPECT_EQ(config["ui"], Json(true));
  EXPECT_EQ(config["validate_callbacks"], Json(true));
}

TEST(IndexPage, LoadsDevelopmentBuildsIfTheyAreAskedFor) {
  SiteOptions options;
  EXPECT_THAT(page(nothing, {}, options), Not(HasSubstr(".dev.js")));
  options.debug = true;
  EXPECT_THAT(page(nothing, {}, options), HasSubstr("dash-renderer/dash_renderer.v3_4_1m"));
  EXPECT_THAT(page(nothing, {}, options), HasSubstr(".dev.js"));

  options.dev_tools.serve_dev_bundles = shared::Switch::off;
  const std::string html = page(nothing, {}, options);
  EXPECT_THAT(html, Not(HasSubstr(".dev.js")));
  EXPECT_EQ(Json::parse(config_of(html))["props_check"], Json(true));
}

TEST(IndexPage, NamesPublicCopiesOfTheScriptsIfTheServerIsNotToServeThem) {
  const auto remote = [](App& app) { app.serve_locally(false); };
  const std::string html = page(remote);
  EXPECT_THAT(all_after(html, "<script src=\"", "\""),
              ElementsAre("https://unpkg.test/react.js", "https://unpkg.test/dash_renderer.js"));
  const Json config = Json::parse(config_of(html));
  EXPECT_EQ(config["serve_locally"], Json(false));
  EXPECT_EQ(config["plotlyjs_url"], Json("https://cdn.test/plotly.js"));

  SiteOptions options;
  options.dev_tools.serve_dev_bundles = shared::Switch::on;
  const Json local = Json::parse(config_of(page(remote, {}, options)));
  EXPECT_EQ(local["serve_locally"], Json(true));
  EXPECT_EQ(local.find("plotlyjs_url"), nullptr);
}

TEST(IndexPage, LeavesTheVersionCheckToWhoAsksForIt) {
  SiteOptions options;
  options.dev_tools.disable_version_check = false;
  const Json config = Json::parse(config_of(page(nothing, {}, options)));

  EXPECT_EQ(config["disable_version_check"], Json(false));
  EXPECT_THAT(*config["dash_version_url"].as_string(), HasSubstr("plotly.com"));
}

TEST(IndexPage, KeepsTextThatEndsAScriptOutOfTheConfigElement) {
  const std::string html = page([](App& app) { app.update_title("</script><script>alert(1)//&"); });

  EXPECT_THAT(html, Not(HasSubstr("alert(1)//")));
  EXPECT_THAT(config_of(html), HasSubstr(R"(\u003c\u002fscript\u003e)"));
  EXPECT_EQ(Json::parse(config_of(html))["update_title"], Json("</script><script>alert(1)//&"));
}

TEST(IndexPage, LeavesTheTitleAloneWhileBusyIfUpdateTitleIsEmpty) {
  const Json config = Json::parse(config_of(page([](App& app) { app.update_title(""); })));

  EXPECT_TRUE(config["update_title"].is_null());
}

TEST(IndexPage, GivesTheBrowserTheValidationLayoutUnlessNothingIsToBeChecked) {
  const Json checked = Json::parse(config_of(page([](App& app) { app.validation_layout("x"); })));
  EXPECT_EQ(checked["validation_layout"], Json("x"));

  const Json unchecked = Json::parse(
      config_of(page([](App& app) { app.validation_layout("x").suppress_callback_exceptions(); })));
  EXPECT_EQ(unchecked.find("validation_layout"), nullptr);
}

void with_layout_function(App& app) {
  app.layout([] {
    const Component inner("dash_core_components", "Input", {{"id", Json{{"n", 1}}}});
    return Component("dash_html_components", "Div",
                     {{"id", "outer"}, {"title", "secret"}, {"children", inner}});
  });
}

TEST(IndexPage, ValidatesAgainstTheIdsOfALayoutFunctionAsSetUpFoundThem) {  // 1.7, 2.21
  const Json config = Json::parse(config_of(page(with_layout_function)));
  EXPECT_EQ(config["validation_layout"], Json::parse(R"([
      {"namespace":"dash_html_components","type":"Div","props":{"id":"outer"}},
      {"namespace":"dash_core_components","type":"Input","props":{"id":{"n":1}}}])"));

  const auto with_both = [](App& app) {
    with_layout_function(app);
    app.validation_layout("x");
  };
  EXPECT_EQ(Json::parse(config_of(page(with_both)))["validation_layout"], Json("x"));
  const auto unchecked = [](App& app) {
    with_layout_function(app);
    app.suppress_callback_exceptions();
  };
  EXPECT_EQ(Json::parse(config_of(page(unchecked))).find("validation_layout"), nullptr);
}

TEST(IndexPage, CannotBeMadeIfThePackLacksAScriptItLists) {
  const App app;
  Suites suites = test::small_suites();
  suites.files = suites.files.first(1);

  try {
    index_page(app.definition(), suites, {}, {});
    FAIL() << "a page without React was made";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("dash/deps/react@18.3.1.min.js"));
  }
}

}  // namespace
}  // namespace ekiden::worker
