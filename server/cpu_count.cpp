// SPDX-License-Identifier: MIT
#include "server/cpu_count.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace ekiden::server {
namespace {

namespace fs = std::filesystem;

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

std::uint32_t affinity_count() {
  // Machines with more than 1024 CPUs need a larger set than cpu_set_t.
  for (std::size_t cpus = 1024; cpus <= 65536; cpus *= 4) {
    std::vector<cpu_set_t> set(cpus / 1024);
    const std::size_t bytes = set.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, set.data()) == 0) {
      return static_cast<std::uint32_t>(CPU_COUNT_S(bytes, set.data()));
    }
  }
  return 1;
}

/// Version 2: "150000 100000" or "max 100000".
double quota_v2(const fs::path& folder) {
  std::ifstream file(folder / "cpu.max");
  double quota = 0, period = 0;
  return file >> quota >> period && period > 0 ? quota / period : kUnlimited;
}

/// Version 1: two files; a quota of -1 is none.
double quota_v1(const fs::path& folder) {
  std::ifstream quota_file(folder / "cpu.cfs_quota_us"), period_file(folder / "cpu.cfs_period_us");
  double quota = 0, period = 0;
  if (!(quota_file >> quota) || !(period_file >> period) || quota <= 0 || period <= 0) {
    return kUnlimited;
  }
  return quota / period;
}

/// The least quota of `group` and the groups above it, below the mount point `mount`. In a
/// container the path may name a group that is not visible there; then its own is at the mount.
double least_quota(const fs::path& mount, fs::path group, double (*quota)(const fs::path&)) {
  double least = quota(mount);
  for (group = group.relative_path(); !group.empty(); group = group.parent_path()) {
    least = std::min(least, quota(mount / group));
  }
  return least;
}

bool lists(const std::string& controllers, const std::string& wanted) {
  std::istringstream list(controllers);
  for (std::string one; std::getline(list, one, ',');) {
    if (one == wanted) return true;
  }
  return false;
}

/// Lines are "0::/group" (version 2) and "4:cpu,cpuacct:/group" (version 1).
double cgroup_quota(const fs::path& root) {
  std::ifstream file(root / "proc/self/cgroup");
  double least = kUnlimited;
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    const fs::path mounts = root / "sys/fs/cgroup";
    if (controllers.empty()) {
      least = std::min(least, least_quota(mounts, group, quota_v2));
    } else if (lists(controllers, "cpu")) {
      least = std::min(least, least_quota(mounts / controllers, group, quota_v1));
      least = std::min(least, least_quota(mounts / "cpu", group, quota_v1));
    }
  }
  return least;
}

}  // namespace

std::uint32_t cpu_count(const fs::path& root) {
  const double quota = std::min(std::ceil(cgroup_quota(root)), 65536.0);
  return std::max(1U, std::min(affinity_count(), static_cast<std::uint32_t>(quota)));
}

}  // namespace ekiden::server
