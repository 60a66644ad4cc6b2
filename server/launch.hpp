// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "server/descriptor.hpp"

namespace ekiden::server {

/// How this process was started: what is needed to start the program again in the same way, or what
/// lies under its name by then.
class Launch {
 public:
  /// REQUIRES: main() has changed nothing yet.
  Launch(int argc, char** argv);

  /// The program's file, as the shell found it: not resolved, so that a link may lead elsewhere by
  /// the time it is started again.
  const std::filesystem::path& program() const noexcept { return program_; }

  /// Becomes what lies there now, with `variables` ("NAME=value") added to the environment; the
  /// sockets that systemd passed are not offered again. Returns errno if that fails; then only the
  /// working folder has changed.
  int become(const std::vector<std::string>& variables) const;
  /// As become, with the image that `descriptor` has open.
  int become(int descriptor, const std::vector<std::string>& variables) const;

 private:
  std::vector<std::string> arguments_, environment_;
  std::filesystem::path program_;
  Descriptor folder_;
};

}  // namespace ekiden::server
