// SPDX-License-Identifier: MIT
#include "shared/oom_kills.hpp"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace ekiden::shared {
namespace {

/// The number after "oom_kill" in a file of "name value" lines.
std::optional<std::uint64_t> count_in(const std::string& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word;
    std::uint64_t count = 0;
    if (words >> word >> count && word == "oom_kill") return count;
  }
  return std::nullopt;
}

/// Of the group at `path`; in a container, which sees itself as the root, of that.
std::optional<OomKills> count_of_group(const std::string& root, std::string path,
                                       std::string_view file) {
  while (true) {
    const std::string whole = root + path + std::string(file);
    if (const auto count = count_in(whole)) return OomKills{*count, whole};
    if (path.empty()) return std::nullopt;
    path.erase(path.rfind('/'));
  }
}

}  // namespace

OomKills oom_kills(const std::string& root) {
  // Lines of "number:controllers:/path"; version 2 has number 0 and no controllers.
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    std::string path = line.substr(second + 1);
    if (path.empty() || path.front() != '/' || path == "/") path.clear();
    std::optional<OomKills> found;
    if (controllers == ",,") {
      found = count_of_group(root + "/sys/fs/cgroup", path, "/memory.events");
    } else if (controllers.find(",memory,") != std::string::npos) {
      found = count_of_group(root + "/sys/fs/cgroup/memory", path, "/memory.oom_control");
    }
    if (found) return *found;
  }
  const std::string machine = root + "/proc/vmstat";
  if (const auto count = count_in(machine)) return {*count, machine};
  return {};
}

OomWatch::OomWatch(std::string root) : root_(std::move(root)), explained_(oom_kills(root_).count) {}

std::string OomWatch::explain() {
  const OomKills now = oom_kills(root_);
  if (now.counted_in.empty()) {
    return ", not by the master (the kernel for want of memory, or somebody's kill)";
  }
  if (now.count <= explained_) {
    return fmt::format(", not by the master nor for want of memory ({}), so by somebody's kill",
                       now.counted_in);
  }
  ++explained_;
  return fmt::format(" for want of memory (oom_kill in {} is {})", now.counted_in, now.count);
}

}  // namespace ekiden::shared
