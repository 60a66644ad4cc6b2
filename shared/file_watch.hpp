// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "shared/changed_files.hpp"

namespace ekiden::shared {

/// Looks at files from time to time: the assets folder, and other files and folders.
///
/// Polled rather than told by the kernel, so that it works on network and container mounts too.
/// Thread safety: one thread.
class FileWatch {
 public:
  /// Of what lies in a watched folder, says what does not count, with all that is in it.
  using LeftOut = bool (*)(const std::filesystem::directory_entry& entry);
  /// Hidden files and folders do not count.
  FileWatch();
  explicit FileWatch(LeftOut left_out) : left_out_(left_out) {}

  /// What is on the disk when they are named is what later looks are compared with.
  void watch_assets(const std::filesystem::path& folder);
  void watch(const std::filesystem::path& file_or_folder);

  /// What changed since the last answer that was not empty. A change is reported once two looks in
  /// a row see the same: a file that is being written is not loaded.
  std::vector<ChangedFile> changes();
  /// True if the last look saw a change that it did not report yet: look again soon.
  bool is_settling() const { return seen_ != known_; }

 private:
  /// Nanoseconds and size, by path.
  using State = std::map<std::string, std::pair<std::int64_t, std::uint64_t>>;

  State look() const;
  std::vector<ChangedFile> difference(const State& now) const;

  LeftOut left_out_;
  std::filesystem::path assets_;
  std::vector<std::filesystem::path> roots_;
  State known_, seen_;
};

}  // namespace ekiden::shared
