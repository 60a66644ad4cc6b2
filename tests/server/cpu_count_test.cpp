// SPDX-License-Identifier: MIT
#include "server/cpu_count.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include "tests/support/temporary_folder.hpp"

namespace ekiden::server {
namespace {

/// A file system in which the process belongs to the groups of `cgroup`.
struct Machine {
  explicit Machine(const std::string& cgroup) { folder.write("proc/self/cgroup", cgroup); }
  void group_file(const std::string& name, const std::string& text) const {
    folder.write("sys/fs/cgroup/" + name, text);
  }
  std::uint32_t cpus() const { return cpu_count(folder.path()); }

  worker::test::TemporaryFolder folder;
};

std::uint32_t affinity() {
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  return static_cast<std::uint32_t>(CPU_COUNT(&set));
}

TEST(CpuCount, IsTheAffinityWithoutAQuota) {
  const Machine machine("0::/\n");
  machine.group_file("cpu.max", "max 100000\n");

  EXPECT_EQ(machine.cpus(), affinity());
  EXPECT_EQ(cpu_count("/nowhere"), affinity());
}

TEST(CpuCount, FollowsTheQuotaOfVersionTwoRoundedUp) {
  const Machine machine("0::/pod/box\n");
  machine.group_file("pod/box/cpu.max", "50000 100000\n");

  EXPECT_EQ(machine.cpus(), 1U);
}

TEST(CpuCount, FollowsTheLeastQuotaOfTheGroupsAbove) {
  const Machine machine("0::/pod/box\n");
  machine.group_file("pod/cpu.max", "10000 100000\n");
  machine.group_file("pod/box/cpu.max", "6400000 100000\n");

  EXPECT_EQ(machine.cpus(), 1U);
}

TEST(CpuCount, FollowsTheQuotaOfVersionOne) {
  const Machine machine("5:memory:/m\n4:cpu,cpuacct:/box\n");
  machine.group_file("cpu,cpuacct/box/cpu.cfs_quota_us", "20000\n");
  machine.group_file("cpu,cpuacct/box/cpu.cfs_period_us", "100000\n");

  EXPECT_EQ(machine.cpus(), 1U);
}

TEST(CpuCount, AQuotaOfMinusOneIsNone) {
  const Machine machine("4:cpu,cpuacct:/\n");
  machine.group_file("cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  machine.group_file("cpu,cpuacct/cpu.cfs_period_us", "100000\n");

  EXPECT_EQ(machine.cpus(), affinity());
}

}  // namespace
}  // namespace ekiden::server
