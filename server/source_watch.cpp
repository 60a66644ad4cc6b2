// SPDX-License-Identifier: MIT
#include "server/source_watch.hpp"

#include <sys/stat.h>

#include <functional>
#include <string>
#include <utility>

namespace ekiden::server {
namespace {

namespace fs = std::filesystem;

bool is_left_out(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') || name.ends_with('~') || name == "node_modules";
}

bool is_build_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path / "CMakeCache.txt", ignored);
}

/// Of a file's name, time and size: the sum over all files does not depend on their order.
std::uint64_t fingerprint(const std::string& path, const struct stat& status) {
  std::uint64_t value = std::hash<std::string>()(path);
  for (const auto part : {static_cast<std::uint64_t>(status.st_mtim.tv_sec),
                          static_cast<std::uint64_t>(status.st_mtim.tv_nsec),
                          static_cast<std::uint64_t>(status.st_size)}) {
    value = (value ^ part) * 0x9e3779b97f4a7c15U;
    value ^= value >> 29U;
  }
  return value;
}

}  // namespace

SourceWatch::SourceWatch(fs::path folder)
    : folder_(std::move(folder)), known_(look()), seen_(known_) {}

std::uint64_t SourceWatch::look() const {
  std::uint64_t sum = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder_, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    struct stat status {};
    const bool there = ::lstat(path.c_str(), &status) == 0;
    if (is_left_out(path) || (there && S_ISDIR(status.st_mode) && is_build_folder(path))) {
      entry.disable_recursion_pending();
    } else if (there && S_ISREG(status.st_mode)) {
      sum += fingerprint(path.string(), status);
    }
  }
  return sum;
}

bool SourceWatch::changed() {
  const std::uint64_t now = look();
  const bool settled = now == std::exchange(seen_, now);
  if (!settled || now == known_) return false;
  known_ = now;
  return true;
}

}  // namespace ekiden::server
