// SPDX-License-Identifier: MIT
#include "server/builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "shared/file_watch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace ekiden::server {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;
using worker::test::TemporaryFolder;

class BuildJobTest : public testing::Test {
 protected:
  BuildJobTest() {
    fs::create_directories(folder_.path() / "build/apps");
    fs::create_directories(folder_.path() / "src");
    folder_.write("build/CMakeCache.txt", "A:B=C\nCMAKE_HOME_DIRECTORY:INTERNAL=/home/project\n");
  }
  const TemporaryFolder folder_;
};

TEST_F(BuildJobTest, IsFoundAboveTheModule) {
  const auto job = build_job_of(folder_.path() / "build/apps/sales.so", "auto");

  ASSERT_TRUE(job);
  EXPECT_EQ(job->target, "sales");
  EXPECT_EQ(job->source_folder, "/home/project");
  EXPECT_EQ(job->build_folder, fs::absolute(folder_.path() / "build"));
}

TEST_F(BuildJobTest, IsInTheFolderThatWasNamed) {
  const auto job = build_job_of("/usr/lib/ekiden/sales.so", (folder_.path() / "build").string());

  ASSERT_TRUE(job);
  EXPECT_EQ(job->source_folder, "/home/project");
}

TEST_F(BuildJobTest, IsNoneWhereNothingIsBuilt) {
  EXPECT_FALSE(build_job_of(folder_.path() / "src/sales.so", "auto"));
}

TEST_F(BuildJobTest, AFolderThatIsNoneOfCMakesIsRefused) {
  EXPECT_THAT([&] { build_job_of("/x/sales.so", (folder_.path() / "src").string()); },
              ThrowsMessage<std::runtime_error>(HasSubstr("no CMakeCache.txt")));
}

TEST(CompilerMessages, AreWithoutWhatTheBuildToolAdds) {
  EXPECT_EQ(compiler_messages("[1/2] Building CXX object a.o\n"
                              "FAILED: a.o \n"
                              "/usr/bin/c++ -o a.o a.cpp\n"
                              "a.cpp:3:1: error: expected ';'\n"
                              "    3 | }\n"
                              "ninja: build stopped: subcommand failed.\n"),
            "a.cpp:3:1: error: expected ';'\n    3 | }\n");
  EXPECT_EQ(compiler_messages("no line end"), "no line end");
  EXPECT_EQ(compiler_messages(""), "");
}

class Sources : public testing::Test {
 protected:
  Sources() {
    fs::create_directories(folder_.path() / "src");
    folder_.write("src/app.cpp", "one");
  }
  /// Files have to look the same twice.
  static bool change(shared::FileWatch& watch) {
    const bool at_once = !watch.changes().empty();
    return at_once || !watch.changes().empty();
  }
  const TemporaryFolder folder_;
};

TEST_F(Sources, AreSeenToChangeComeAndGo) {
  shared::FileWatch watch(is_no_source);
  watch.watch(folder_.path());
  EXPECT_FALSE(change(watch));

  folder_.write("src/app.cpp", "another");
  EXPECT_TRUE(change(watch));
  folder_.write("src/new.hpp", "");
  EXPECT_TRUE(change(watch));
  fs::remove(folder_.path() / "src/new.hpp");
  EXPECT_TRUE(change(watch));
  EXPECT_FALSE(change(watch));
}

TEST_F(Sources, AreNotWhatIsBuiltOrHidden) {
  for (const char* name : {"build", ".git", "node_modules"}) {
    fs::create_directories(folder_.path() / name);
  }
  folder_.write("build/CMakeCache.txt", "");
  shared::FileWatch watch(is_no_source);
  watch.watch(folder_.path());

  for (const char* name :
       {"build/a.o", ".git/index", "node_modules/x.js", "src/.app.cpp.swp", "src/app.cpp~"}) {
    folder_.write(name, "text");
  }

  EXPECT_FALSE(change(watch));
}

}  // namespace
}  // namespace ekiden::server
