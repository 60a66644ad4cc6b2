// SPDX-License-Identifier: MIT
#include "shared/memory_limit.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace ekiden::shared {
namespace {

namespace fs = std::filesystem;

/// A /proc and /sys of the test's own.
class MemoryLimit : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "ekiden_memory_XXXXXX";
    root_ = mkdtemp(name.data());
    write("/proc/meminfo", "MemTotal: 4000 kB\nMemAvailable:    2000 kB\n");
  }
  void TearDown() override { fs::remove_all(root_); }
  void write(const std::string& path, const std::string& content) {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << content;
  }

  std::string root_;
};

TEST_F(MemoryLimit, WithoutControlGroupsTheMachineDecides) {
  const MemoryLeft left = memory_left(root_);

  EXPECT_EQ(left.bytes, 2000U * 1024);
  EXPECT_EQ(left.limited_by, "the machine");
}

TEST_F(MemoryLimit, AVersionTwoGroupLeavesItsLimitLessWhatIsKept) {
  write("/proc/self/cgroup", "0::/pod/web\n");
  write("/sys/fs/cgroup/pod/web/memory.max", "1000000\n");
  write("/sys/fs/cgroup/pod/web/memory.current", "400000\n");
  write("/sys/fs/cgroup/pod/web/memory.stat", "anon 5\ninactive_file 100000\nactive_file 50000\n");

  const MemoryLeft left = memory_left(root_);

  EXPECT_EQ(left.bytes, 750'000U);
  EXPECT_EQ(left.limited_by, root_ + "/sys/fs/cgroup/pod/web/memory.max");
}

TEST_F(MemoryLimit, AParentGroupLimitsItsChildren) {
  write("/proc/self/cgroup", "0::/pod/web\n");
  write("/sys/fs/cgroup/pod/web/memory.max", "max\n");
  write("/sys/fs/cgroup/pod/web/memory.current", "400000\n");
  write("/sys/fs/cgroup/pod/memory.max", "500000\n");
  write("/sys/fs/cgroup/pod/memory.current", "450000\n");

  EXPECT_EQ(memory_left(root_).bytes, 50'000U);
}

TEST_F(MemoryLimit, InAContainerTheRootGroupIsLookedAt) {
  write("/proc/self/cgroup", "0::/\n");
  write("/sys/fs/cgroup/memory.max", "300000\n");
  write("/sys/fs/cgroup/memory.current", "100000\n");

  EXPECT_EQ(memory_left(root_).bytes, 200'000U);
}

TEST_F(MemoryLimit, AVersionOneGroupCountsToo) {
  write("/proc/self/cgroup", "9:cpu,cpuacct:/x\n7:memory:/docker/1\n");
  write("/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "600000\n");
  write("/sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes", "599000\n");

  EXPECT_EQ(memory_left(root_).bytes, 1000U);
}

TEST_F(MemoryLimit, AGroupAboveItsLimitLeavesNothing) {
  write("/proc/self/cgroup", "0::/\n");
  write("/sys/fs/cgroup/memory.max", "100\n");
  write("/sys/fs/cgroup/memory.current", "200\n");

  EXPECT_EQ(memory_left(root_).bytes, 0U);
}

}  // namespace
}  // namespace ekiden::shared
