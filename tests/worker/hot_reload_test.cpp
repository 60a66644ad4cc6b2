// SPDX-License-Identifier: MIT
// Protocol reference, section 5: hot reload, and 1.7: its part of the config.
#include "worker/dispatch/hot_reload.hpp"

#include <gtest/gtest.h>

#include "tests/support/site.hpp"

namespace ekiden::worker {
namespace {

using test::Site;
using Files = std::vector<shared::ChangedFile>;

SiteOptions debugging() {
  SiteOptions options;
  options.debug = true;
  return options;
}

Json reload_hash(const std::string& title, const SiteOptions& options = debugging()) {
  Site site([&](App& app) { app.layout("x").title(title); }, options);
  return Json::parse(site.get("/_reload-hash").body);
}

/// The answer of a worker of `generation` while generation `serving` serves.
Json answer(std::uint32_t generation, std::atomic<std::uint32_t>& serving, Files changed = {},
            std::uint64_t seed = 7, const shared::BuildState* build = nullptr) {
  const ReloadState state{seed, generation, &serving, std::move(changed), build};
  return Json::parse(ReloadAnswer(state, "page", "/assets/", "/below/").json());
}

TEST(ReloadHash, IsNullWithoutHotReload) {
  SiteOptions off = debugging();
  off.dev_tools.hot_reload = shared::Switch::off;

  for (const SiteOptions& options : {SiteOptions(), off}) {
    const Json answer = reload_hash("T", options);
    EXPECT_TRUE(answer["reloadHash"].is_null());
    EXPECT_EQ(answer["packages"], Json(Json::Array{}));
  }
}

TEST(ReloadHash, IsTheSameInAllWorkersOfAGeneration) {
  std::atomic<std::uint32_t> serving{3};

  EXPECT_EQ(answer(3, serving), answer(3, serving));
  EXPECT_EQ(answer(3, serving)["reloadHash"].as_string()->size(), 16U);
}

TEST(ReloadHash, IsNewInEachGenerationAndAfterEachStartOfTheServer) {
  std::atomic<std::uint32_t> serving{1};
  const Json first = answer(1, serving);
  serving = 2;

  EXPECT_NE(first["reloadHash"], answer(2, serving)["reloadHash"]);
  EXPECT_NE(answer(2, serving, {}, 7)["reloadHash"], answer(2, serving, {}, 8)["reloadHash"]);
  EXPECT_EQ(first["hard"], Json(false));
}

TEST(ReloadHash, IsTheOldOneUntilTheNewGenerationServes) {
  std::atomic<std::uint32_t> serving{1};
  const Json old = answer(1, serving);
  EXPECT_EQ(answer(2, serving)["reloadHash"], old["reloadHash"]);

  serving = 2;
  EXPECT_NE(answer(2, serving)["reloadHash"], old["reloadHash"]);
}

TEST(ReloadHash, IsItsOwnBeforeAnyGenerationServes) {
  std::atomic<std::uint32_t> serving{0};
  const Json early = answer(1, serving);
  serving = 1;

  EXPECT_EQ(early, answer(1, serving));
}

TEST(ReloadHash, ComesWithTheAssetsThatChanged) {
  std::atomic<std::uint32_t> serving{2};
  const Json told = answer(2, serving, {{"css/my page.css", 1700000000}, {"old.js", 0}});

  EXPECT_EQ(told["hard"], Json(true));
  EXPECT_EQ(told["files"], Json::parse(R"([
    {"url": "/assets/css/my%20page.css", "modified": 1700000000, "is_css": true},
    {"url": "/assets/old.js", "modified": 0, "is_css": false}])"));
}

TEST(ReloadHash, LeavesItToThePageIfMoreThanAssetsChanged) {
  std::atomic<std::uint32_t> serving{2};
  const Json told = answer(2, serving, {{"page.css", 1700000000}, {"", 1700000000}});

  EXPECT_EQ(told["hard"], Json(false));
  EXPECT_EQ(told["files"], Json(Json::Array{}));
}

TEST(ReloadHash, ComesWithOtherPackagesIfThePageIsAnother) {
  EXPECT_NE(reload_hash("T")["packages"], reload_hash("U")["packages"]);
  EXPECT_EQ(reload_hash("T")["packages"], reload_hash("T")["packages"]);
}

/// A worker that was started before anything failed, and one that was started afterwards.
TEST(ReloadHash, ComesWithASheetWhileTheSourcesDoNotBuild) {
  shared::BuildState build;
  const ReloadAnswer first({7, 1, nullptr, {}, &build}, "page", "/assets/", "/below/");
  const Json before = Json::parse(first.json());
  build.fail("app.cpp:1: error: \"x\" \\ y\nsecond line");

  const Json failed = Json::parse(first.json());
  EXPECT_NE(failed["reloadHash"], before["reloadHash"]);
  EXPECT_EQ(failed["hard"], Json(true));
  EXPECT_EQ(failed["files"][0]["url"], Json("/below/_ekiden-build-error.css"));
  EXPECT_EQ(failed["files"][0]["is_css"], Json(true));
  EXPECT_NE(first.error_sheet().find(R"(error: \"x\" \\ y\A second line)"), std::string::npos)
      << first.error_sheet();
}

TEST(ReloadHash, TakesTheSheetAwayOnceTheSourcesBuildAgain) {
  shared::BuildState build;
  const ReloadAnswer first({7, 1, nullptr, {}, &build}, "page", "/assets/", "/below/");
  build.fail("error");
  const Json failed = Json::parse(first.json());
  build.succeed();

  const Json again = Json::parse(first.json());
  EXPECT_NE(again["reloadHash"], failed["reloadHash"]);
  EXPECT_EQ(again["files"][0]["modified"], Json(0));
  EXPECT_EQ(first.error_sheet(), "");
}

TEST(ReloadHash, LetsPagesThatMissedThatLoadThemselvesWithTheNextGeneration) {
  shared::BuildState build;
  std::atomic<std::uint32_t> serving{2};
  const Json before = answer(1, serving, {}, 7, &build);
  build.fail("error");
  build.succeed();

  EXPECT_NE(answer(2, serving, {}, 7, &build)["packages"], before["packages"]);
  EXPECT_EQ(answer(2, serving, {}, 7, &build), answer(2, serving, {}, 7, &build));
}

TEST(ReloadHash, IsPolledAsTheSettingsSay) {
  const App app;
  const auto config = [&](const SiteOptions& options) {
    return Json::parse(config_json(app.definition(), test::small_suites(), options));
  };
  SiteOptions options = debugging();
  EXPECT_EQ(config(options)["hot_reload"], Json::parse(R"({"interval":3000,"max_retry":8})"));

  options.dev_tools.hot_reload_interval = std::chrono::milliseconds(500);
  options.dev_tools.hot_reload_max_retry = 2;
  EXPECT_EQ(config(options)["hot_reload"], Json::parse(R"({"interval":500,"max_retry":2})"));
  EXPECT_EQ(config({}).find("hot_reload"), nullptr);
}

TEST(ChangedFiles, AreReadBackAsTheyWereWritten) {
  const Files files{{"a b.css", 12}, {"", 5}, {"deleted.js", 0}};

  EXPECT_EQ(shared::changed_files(shared::to_lines(files)), files);
  EXPECT_EQ(shared::changed_files(shared::to_lines({{"two\nlines", 3}})), (Files{{"", 3}}));
}

}  // namespace
}  // namespace ekiden::worker
