// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "server/descriptor.hpp"

namespace ekiden::server {

/// One of --access-logfile and --error-logfile: a file opened for appending, or stdout, stderr, or
/// nothing. Its descriptor keeps its number when the file is opened anew.
///
/// Fork: workers inherit the descriptor; only the master opens.
class LogFile {
 public:
  /// `path` empty: no file, descriptor() is -1; "-": `standard`. Throws std::runtime_error naming
  /// `setting` if the file cannot be opened.
  /// `number`: of a descriptor of this process whose place the file takes, as children know it by
  /// that; -1: whichever is free.
  LogFile(std::string setting, const std::string& path, int standard, int number = -1);

  int descriptor() const noexcept { return file_ ? file_.get() : standard_; }
  /// The file under its name, after somebody has renamed the old one: the new one under the same
  /// number here. False, and the old one stays, if it cannot be opened; the log says why. True
  /// and nothing happens if there is no file.
  bool reopen();
  bool has_file() const noexcept { return static_cast<bool>(file_); }

 private:
  std::string setting_, path_;
  int standard_ = -1;
  Descriptor file_;
};

}  // namespace ekiden::server
