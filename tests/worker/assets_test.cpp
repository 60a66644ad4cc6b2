// SPDX-License-Identifier: MIT
#include "worker/dispatch/assets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/site.hpp"
#include "tests/support/temporary_folder.hpp"

namespace ekiden::worker {
namespace {

using test::Answer;
using test::Site;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> paths(const Assets& assets) {
  std::vector<std::string> all;
  for (const Asset& asset : assets.in_page_order()) all.push_back(asset.path);
  return all;
}

/// A site that serves `folder` as its assets.
Site site(const TemporaryFolder& folder) {
  return Site([](App& app) { app.layout("x"); }, {}, Assets::load(folder.path()));
}

TEST(Assets, AreNoneIfThereIsNoFolder) {
  const TemporaryFolder folder;

  EXPECT_THAT(paths(Assets::load(folder.path() / "missing")), ElementsAre());
}

TEST(Assets, AreInPageOrderFolderByFolder) {
  const TemporaryFolder folder;
  for (const char* name : {"z.js", "a/y.js", "b.js", "a/b/x.js", "a/a.js"}) folder.write(name, "1");

  EXPECT_THAT(paths(Assets::load(folder.path())),
              ElementsAre("b.js", "z.js", "a/a.js", "a/y.js", "a/b/x.js"));
}

TEST(Assets, AreAllFoundByTheirPath) {
  const TemporaryFolder folder;
  for (const char* name : {"z.js", "a/y.js", "b.js", "a/b/x.js", "a-b/c.js"})
    folder.write(name, "1");
  const Assets assets = Assets::load(folder.path());

  for (const std::string& path : paths(assets)) {
    ASSERT_NE(assets.find(path), nullptr) << path;
    EXPECT_EQ(assets.find(path)->path, path);
  }
}

TEST(Assets, LeaveHiddenFilesAndFoldersOut) {
  const TemporaryFolder folder;
  for (const char* name : {".env", ".git/config", "shown.css"}) folder.write(name, "secret");

  EXPECT_THAT(paths(Assets::load(folder.path())), ElementsAre("shown.css"));
}

TEST(Assets, AreServedWithTheTypeOfTheirExtension) {
  const TemporaryFolder folder;
  folder.write("page.css", "body{}");
  folder.write("logo.svg", "<svg/>");
  folder.write("raw", "?");

  EXPECT_EQ(site(folder).get("/assets/page.css").type, "text/css; charset=utf-8");
  EXPECT_EQ(site(folder).get("/assets/logo.svg").type, "image/svg+xml");
  EXPECT_EQ(site(folder).get("/assets/raw").type, "application/octet-stream");
}

TEST(Assets, AreServedByteForByte) {
  const TemporaryFolder folder;
  const std::string bytes{"\0\xff\r\n binary", 11};
  folder.write("data.bin", bytes);

  EXPECT_EQ(site(folder).get("/assets/data.bin").body, bytes);
}

TEST(Assets, AreNotFoundUnderPathsThatLeaveTheFolder) {
  const TemporaryFolder outside;
  outside.write("secret.txt", "secret");
  outside.write("app.assets/page.css", "body{}");
  Site served([](App& app) { app.layout("x"); }, {}, Assets::load(outside.path() / "app.assets"));

  ASSERT_EQ(served.get("/assets/page.css").status, 200);
  for (const char* path : {"../secret.txt", "./page.css", "x/../page.css", "/page.css", "",
                           "page.css/", "..\\secret.txt", "../app.assets/page.css"}) {
    EXPECT_EQ(served.get(std::string("/assets/") + path).status, 404) << path;
  }
}

TEST(Assets, AreNotSentAgainToAClientThatHasThem) {
  const TemporaryFolder folder;
  folder.write("page.css", "body{}");
  const std::string headers = site(folder).get("/assets/page.css").headers;
  const std::string tag = headers.substr(6, headers.find("\r\n") - 6);

  const Answer again = site(folder).get("/assets/page.css", {{"If-None-Match", tag}});
  EXPECT_EQ(again.status, 304) << headers;
  EXPECT_EQ(again.body, "");
  EXPECT_THAT(again.headers, HasSubstr("ETag: " + tag));
}

TEST(Assets, ChangeTheirTagWithTheirContent) {
  const TemporaryFolder folder;
  folder.write("page.css", "body{}");
  const std::string before = site(folder).get("/assets/page.css").headers;
  folder.write("page.css", "html{}");

  EXPECT_NE(site(folder).get("/assets/page.css").headers, before);
}

}  // namespace
}  // namespace ekiden::worker
