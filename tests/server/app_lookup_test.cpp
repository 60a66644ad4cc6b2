// SPDX-License-Identifier: MIT
#include "server/app_lookup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace ekiden::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class AppLookupTest : public testing::Test {
 protected:
  AppLookup find(const std::string& app) {
    const auto root = folder_.path();
    return find_app(app, app_folders(root / "bin/ekiden",
                                     (root / "one").string() + ":" + (root / "two").string()));
  }
  const worker::test::TemporaryFolder folder_;
};

TEST_F(AppLookupTest, AppsBesideTheProgramComeFirst) {
  const auto elsewhere = folder_.write("one/shop.so", "");
  const auto program_folder = folder_.write("bin/shop.so", "");
  const auto apps = folder_.write("bin/apps/shop.so", "");

  EXPECT_EQ(find("shop").path, apps);
  std::filesystem::remove(apps);
  EXPECT_EQ(find("shop").path, program_folder);
  std::filesystem::remove(program_folder);
  EXPECT_EQ(find("shop").path, elsewhere);
}

TEST_F(AppLookupTest, TheFoldersOfTheVariableAreSearchedInOrder) {
  const auto second = folder_.write("two/shop.so", "");
  EXPECT_EQ(find("shop").path, second);

  const auto first = folder_.write("one/shop.so", "");
  EXPECT_EQ(find("shop").path, first);
}

TEST_F(AppLookupTest, APathIsTakenAsItIs) {
  const auto module = folder_.write("else where/cache.so", "");

  EXPECT_EQ(find(module).path, module);
  EXPECT_THAT(find(folder_.path() / "no.so").error, HasSubstr("no.so: there is no such file"));
  EXPECT_THAT(find(folder_.path() / "").error, HasSubstr("is a folder, not a module"));
}

TEST_F(AppLookupTest, AnUnknownNameSaysWhereItLookedAndWhatIsThere) {
  folder_.write("bin/apps/shop.so", "");
  folder_.write("one/market.so", "");

  EXPECT_THAT(find("shpo").error,
              AllOf(HasSubstr("there is no app 'shpo' (did you mean shop?)"), HasSubstr("bin/apps"),
                    HasSubstr("one"), HasSubstr("market, shop")));
}

}  // namespace
}  // namespace ekiden::server
