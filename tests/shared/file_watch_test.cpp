// SPDX-License-Identifier: MIT
#include "shared/file_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace ekiden::shared {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using worker::test::TemporaryFolder;

class Watch : public testing::Test {
 protected:
  Watch() {
    folder.write("assets/page.css", "a");
    folder.write("assets/js/app.js", "a");
    folder.write("app.so", "a");
    watch.watch(folder.path() / "app.so");
    watch.watch_assets(folder.path() / "assets");
  }
  std::vector<std::string> changes() {
    std::vector<std::string> names;
    for (const ChangedFile& file : watch.changes()) {
      names.push_back(file.asset + (file.modified == 0 ? " deleted" : ""));
    }
    return names;
  }

  TemporaryFolder folder;
  FileWatch watch;
};

TEST_F(Watch, SeesNothingWhereNothingChanges) {
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(Watch, TellsOfChangesOnceTheyHaveSettled) {
  folder.write("assets/page.css", "longer");
  folder.write("assets/new.txt", "x");
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_THAT(changes(), ElementsAre("new.txt", "page.css"));
  EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(Watch, SettlesFromTheFirstLookAtAChangeUntilItIsReported) {
  EXPECT_FALSE(watch.is_settling());
  folder.write("assets/page.css", "longer");
  changes();
  EXPECT_TRUE(watch.is_settling());
  changes();
  EXPECT_FALSE(watch.is_settling());
}

TEST_F(Watch, WaitsWhileAFileIsBeingWritten) {
  folder.write("assets/js/app.js", "lon");
  EXPECT_THAT(changes(), IsEmpty());
  folder.write("assets/js/app.js", "longer");
  EXPECT_THAT(changes(), IsEmpty());
  EXPECT_THAT(changes(), ElementsAre("js/app.js"));
}

TEST_F(Watch, TellsOfDeletedAssets) {
  std::filesystem::remove(folder.path() / "assets/page.css");
  changes();
  EXPECT_THAT(changes(), ElementsAre("page.css deleted"));
}

TEST_F(Watch, NamesNoFileOutsideTheAssets) {
  folder.write("app.so", "another build");
  changes();
  EXPECT_THAT(changes(), ElementsAre(""));
}

TEST_F(Watch, LeavesHiddenFilesAlone) {
  folder.write("assets/.page.css.swp", "x");
  changes();
  EXPECT_THAT(changes(), IsEmpty());
}

}  // namespace
}  // namespace ekiden::shared
