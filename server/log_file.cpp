// SPDX-License-Identifier: MIT
#include "server/log_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "shared/log.hpp"

namespace ekiden::server {
namespace {

int open_for_appending(const std::string& path) noexcept {
  constexpr mode_t kMode = 0640;
  return open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, kMode);
}

}  // namespace

LogFile::LogFile(std::string setting, const std::string& path, int standard, int number)
    : setting_(std::move(setting)) {
  if (path.empty()) return;
  if (path == "-") {
    standard_ = standard;
    return;
  }
  path_ = std::filesystem::absolute(path).string();
  file_.reset(open_for_appending(path_));
  if (!file_) {
    throw std::runtime_error(fmt::format("--{} {}: {}", setting_, path_, std::strerror(errno)));
  }
  if (number >= 0 && dup3(file_.get(), number, O_CLOEXEC) == number) file_.reset(number);
}

bool LogFile::reopen() {
  if (!file_) return true;
  const Descriptor fresh(open_for_appending(path_));
  if (!fresh) {
    shared::log(shared::LogLevel::error, "--{} {} cannot be opened anew: {}", setting_, path_,
                std::strerror(errno));
    return false;
  }
  dup3(fresh.get(), file_.get(), O_CLOEXEC);
  return true;
}

}  // namespace ekiden::server
