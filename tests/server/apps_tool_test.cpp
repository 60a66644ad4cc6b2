// SPDX-License-Identifier: MIT
#include "server/apps_tool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace ekiden::server {
namespace {

using testing::HasSubstr;

class AppsTool : public testing::Test {
 protected:
  ToolOutput run(const std::vector<std::string>& words = {}) {
    return run_apps_tool(words, {folder_.path() / "one", folder_.path() / "two"});
  }
  const worker::test::TemporaryFolder folder_;
};

TEST_F(AppsTool, HasALineForEachApp) {
  folder_.write("one/shop.so", "");
  folder_.write("one/shop.description", "Sells things\nand more\n");
  folder_.write("two/market.so", "");
  folder_.write("two/readme.txt", "");

  const ToolOutput output = run();

  EXPECT_EQ(output.exit_code, kDone);
  EXPECT_EQ(output.text, "market\nshop    Sells things\n");
}

TEST_F(AppsTool, AnAppOfTwoFoldersIsTheFirstOnes) {
  folder_.write("one/shop.so", "");
  folder_.write("one/shop.description", "first");
  folder_.write("two/shop.so", "");
  folder_.write("two/shop.description", "second");

  EXPECT_EQ(run().text, "shop  first\n");
}

TEST_F(AppsTool, SaysThatThereAreNone) {
  EXPECT_EQ(run().text, "");
  EXPECT_THAT(run().note, HasSubstr("there are no apps here"));
}

TEST_F(AppsTool, TakesNoArguments) {
  EXPECT_EQ(run({"x"}).exit_code, kUsageError);
  EXPECT_THAT(run({"x"}).note, HasSubstr("takes no arguments, and got 'x'"));
  EXPECT_THAT(run({"--help"}).text, HasSubstr("Usage: ekiden apps"));
}

}  // namespace
}  // namespace ekiden::server
