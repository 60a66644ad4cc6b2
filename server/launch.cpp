// SPDX-License-Identifier: MIT
#include "server/launch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <string_view>

namespace ekiden::server {
namespace {

namespace fs = std::filesystem;

/// argv[0] where the shell would find it.
fs::path find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return fs::absolute(name);
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path candidate = fs::absolute(folder.empty() ? "." : folder) / name;
    if (access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate)) return candidate;
  }
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

std::vector<std::string> with(std::vector<std::string> environment,
                              const std::vector<std::string>& variables) {
  std::erase_if(environment, [](std::string_view one) {
    return one.starts_with("LISTEN_") || one.starts_with("EKIDEN_UPGRADE");
  });
  environment.insert(environment.end(), variables.begin(), variables.end());
  return environment;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

}  // namespace

Launch::Launch(int argc, char** argv)
    : arguments_(argv, argv + argc),
      program_(find_program(argc > 0 ? argv[0] : "ekiden")),
      folder_(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment_.emplace_back(*variable);
  }
}

int Launch::become(const std::vector<std::string>& variables) const {
  const auto environment = with(environment_, variables);
  if (folder_ && fchdir(folder_.get()) != 0) return errno;
  execve(program_.c_str(), pointers(arguments_).data(), pointers(environment).data());
  return errno;
}

int Launch::become(int descriptor, const std::vector<std::string>& variables) const {
  const auto environment = with(environment_, variables);
  if (folder_ && fchdir(folder_.get()) != 0) return errno;
  fexecve(descriptor, pointers(arguments_).data(), pointers(environment).data());
  return errno;
}

}  // namespace ekiden::server
