// SPDX-License-Identifier: MIT
#include "shared/memory_limit.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>

namespace ekiden::shared {
namespace {

std::optional<std::size_t> number_in(const std::string& file) {
  std::size_t value = 0;
  if (std::ifstream(file) >> value) return value;
  return std::nullopt;  // absent, or "max"
}

/// The number after `name` in a file of "name value" lines; 0 if there is none.
std::size_t field_in(const std::string& file, std::string_view name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word;
    std::size_t value = 0;
    if (words >> word >> value && word == name) return value;
  }
  return 0;
}

struct GroupFiles {
  std::string root, limit, usage;
};

/// Lowers `left` to what the group at `path`, or one of its parents, leaves.
void apply_group(const GroupFiles& files, std::string path, MemoryLeft& left) {
  while (true) {
    const std::string folder = files.root + path;
    const auto limit = number_in(folder + files.limit);
    const auto usage = number_in(folder + files.usage);
    if (limit && usage) {
      // The page cache counts as usage, but gives way.
      const std::size_t cache = field_in(folder + "/memory.stat", "inactive_file") +
                                field_in(folder + "/memory.stat", "active_file");
      const std::size_t kept = *usage - std::min(*usage, cache);
      const std::size_t bytes = *limit - std::min(*limit, kept);
      if (bytes < left.bytes) left = {bytes, folder + files.limit};
    }
    if (path.empty()) return;
    path.erase(path.rfind('/'));
  }
}

}  // namespace

MemoryLeft memory_left(const std::string& root) {
  MemoryLeft left{std::numeric_limits<std::size_t>::max(), "the machine"};
  if (const std::size_t kib = field_in(root + "/proc/meminfo", "MemAvailable:"); kib != 0) {
    left.bytes = kib * 1024;
  }
  // Lines of "number:controllers:/path"; version 2 has number 0 and no controllers.
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    std::string path = line.substr(second + 1);
    if (path.empty() || path.front() != '/' || path == "/") path.clear();
    if (controllers == ",,") {
      apply_group({root + "/sys/fs/cgroup", "/memory.max", "/memory.current"}, path, left);
    } else if (controllers.find(",memory,") != std::string::npos) {
      apply_group(
          {root + "/sys/fs/cgroup/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes"},
          path, left);
    }
  }
  return left;
}

}  // namespace ekiden::shared
