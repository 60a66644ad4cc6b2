// SPDX-License-Identifier: MIT
#include "server/pid_file.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace ekiden::server {
namespace {

namespace fs = std::filesystem;

/// 0 if the file is not there or holds no number.
pid_t number_in(const fs::path& path) {
  std::ifstream file(path);
  pid_t pid = 0;
  return file >> pid ? pid : 0;
}

bool runs(pid_t pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

}  // namespace

PidFile::PidFile(const std::string& path) : path_(path.empty() ? fs::path() : fs::absolute(path)) {
  if (path_.empty()) return;
  if (const pid_t other = number_in(path_); runs(other) && other != getpid()) {
    throw std::runtime_error(fmt::format(
        "--pid {}: process {} runs, whose number that file holds; stop it or choose another file",
        path_.string(), other));
  }
  // By renaming, so that nobody reads half a number.
  fs::path written = path_;
  written += fmt::format(".{}", getpid());
  std::ofstream file(written);
  file << getpid() << '\n' << std::flush;
  if (!file || rename(written.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    unlink(written.c_str());
    throw std::runtime_error(
        fmt::format("--pid {}: cannot be written: {}", path_.string(), std::strerror(error)));
  }
}

PidFile::~PidFile() {
  if (!path_.empty() && number_in(path_) == getpid()) unlink(path_.c_str());
}

}  // namespace ekiden::server
