// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

namespace ekiden::server {

/// The file of --pid: the master's number while it runs.
class PidFile {
 public:
  /// Empty: there is none.
  /// Throws std::runtime_error if it cannot be written, or if it holds the number of another
  /// process that runs.
  explicit PidFile(const std::string& path);
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;
  /// Removes it, unless somebody else has written it since.
  ~PidFile();

 private:
  const std::filesystem::path path_;
};

}  // namespace ekiden::server
