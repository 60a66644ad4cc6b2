// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>

namespace ekiden::server {

/// Notices that a file below a folder has changed, come or gone. Hidden files, editors' backups,
/// build folders of CMake and node_modules do not count.
///
/// Polled, as file systems of containers and networks tell nothing. Thread safety: one thread.
class SourceWatch {
 public:
  /// What is there now is what later looks are compared with.
  explicit SourceWatch(std::filesystem::path folder);

  /// True once two looks in a row see the same change: a file that is being written is not built.
  bool changed();

 private:
  std::uint64_t look() const;

  std::filesystem::path folder_;
  std::uint64_t known_, seen_;
};

}  // namespace ekiden::server
