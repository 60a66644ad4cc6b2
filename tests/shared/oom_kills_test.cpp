// SPDX-License-Identifier: MIT
#include "shared/oom_kills.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace ekiden::shared {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A /proc and /sys of the test's own.
class OomKillsTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& content) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << content;
  }

  const worker::test::TemporaryFolder folder_;
  const std::string root_ = folder_.path();
};

TEST_F(OomKillsTest, AreCountedByTheGroupOfVersion2) {
  write("/proc/self/cgroup", "0::/system.slice/ekiden.service\n");
  write("/sys/fs/cgroup/system.slice/ekiden.service/memory.events",
        "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n");

  EXPECT_EQ(oom_kills(root_).count, 2U);
  EXPECT_THAT(oom_kills(root_).counted_in, HasSubstr("ekiden.service/memory.events"));
}

TEST_F(OomKillsTest, AreCountedByTheGroupOfVersion1) {
  write("/proc/self/cgroup", "3:cpuset:/\n4:memory:/box\n0::/\n");
  write("/sys/fs/cgroup/memory/box/memory.oom_control",
        "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n");

  EXPECT_EQ(oom_kills(root_).count, 5U);
}

TEST_F(OomKillsTest, OfAContainerAreCountedByWhatItSeesAsTheRoot) {
  write("/proc/self/cgroup", "0::/docker/1234\n");
  write("/sys/fs/cgroup/memory.events", "oom 1\noom_kill 1\n");

  EXPECT_EQ(oom_kills(root_).count, 1U);
}

TEST_F(OomKillsTest, AreCountedByTheMachineWithoutAGroup) {
  write("/proc/self/cgroup", "0::/\n");
  write("/proc/vmstat", "nr_free_pages 1\noom_kill 4\n");

  EXPECT_EQ(oom_kills(root_).count, 4U);
}

TEST_F(OomKillsTest, EachExplainsOneDeath) {
  write("/proc/self/cgroup", "0::/\n");
  write("/sys/fs/cgroup/memory.events", "oom_kill 7\n");
  OomWatch watch(root_);
  EXPECT_THAT(watch.explain(), HasSubstr("not by the master nor for want of memory"));

  write("/sys/fs/cgroup/memory.events", "oom_kill 9\n");

  EXPECT_THAT(watch.explain(), HasSubstr(" for want of memory (oom_kill in "));
  EXPECT_THAT(watch.explain(), HasSubstr(" for want of memory (oom_kill in "));
  EXPECT_THAT(watch.explain(), HasSubstr("not by the master nor"));
}

TEST_F(OomKillsTest, WithoutACountBothArePossible) {
  OomWatch watch(root_);

  EXPECT_THAT(watch.explain(), HasSubstr("or somebody's kill"));
}

}  // namespace
}  // namespace ekiden::shared
