// SPDX-License-Identifier: MIT
#include "shared/disk_folder.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/interprocess/exceptions.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "shared/disk_index.hpp"
#include "shared/disk_sweep.hpp"
#include "shared/log.hpp"

namespace ekiden::shared {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLayout = "ekiden-cache-1";
constexpr unsigned kMostSeconds = 600;  ///< for work on an index; beyond, it is damaged in a ring
constexpr std::uint64_t kMebi = 1U << 20;

std::string kernel_boot_id() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id.empty() ? "unknown" : id;
}

/// Runs `work` in a process of its own. False if it ended by a signal or an exception.
bool survives(const fs::path& folder, const char* what, const std::function<void()>& work) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    alarm(kMostSeconds);
    try {
      work();
    } catch (const std::exception& error) {
      log(LogLevel::warning, "cache-dir {}: {}: {}", folder.string(), what, error.what());
      _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    log(LogLevel::warning, "cache-dir {}: {}: ended by signal {}", folder.string(), what,
        WTERMSIG(status));
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// The process that has a lock on `path`, or 0.
pid_t holder_of(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return 0;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  const bool asked = fcntl(fd, F_GETLK, &lock) == 0;
  ::close(fd);
  return asked && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw std::runtime_error(
        fmt::format("--cache-dir {}: cannot be made: {}", folder.string(), error.message()));
  }
}

}  // namespace

DiskFolder::DiskFolder(Options options) : options_(std::move(options)) {
  if (options_.bytes < kLeastBytes) {
    throw std::runtime_error(
        fmt::format("--cache-disk-size {}: at least 16M are needed", options_.bytes));
  }
  options_.folder = fs::absolute(options_.folder);
  if (options_.boot_id.empty()) options_.boot_id = kernel_boot_id();
  make_folder(options_.folder / "values");
  take_lock();
  make_ready();
}

std::uint64_t DiskFolder::index_bytes(std::uint64_t bytes) {
  return std::max(kLeastBytes, bytes) / 2 / kMebi * kMebi;
}

void DiskFolder::take_lock() {
  const fs::path path = options_.folder / "lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    throw std::runtime_error(fmt::format("--cache-dir {}: cannot be written: {}",
                                         options_.folder.string(), std::strerror(errno)));
  }
  ::close(fd);  // before there is a lock, which it would take along
  lock_ = boost::interprocess::file_lock(path.c_str());
  if (lock_.try_lock()) return;
  throw std::runtime_error(fmt::format(
      "--cache-dir {}: the server with pid {} has it; give each server a folder of its own",
      options_.folder.string(), holder_of(path)));
}

/// Empty if the index can be trusted, once it was walked.
std::string DiskFolder::reason_to_rebuild() const {
  std::ifstream file(options_.folder / "state");
  std::string layout, mark, boot_id;
  std::uint64_t size = 0;
  if (!file) return "there is none yet";
  if (!(file >> layout >> mark >> boot_id >> size)) return "its mark cannot be read";
  if (layout != kLayout) return "it is another version's";
  if (mark != "clean" && boot_id != options_.boot_id) {
    return "the machine went down before the server had stopped";
  }
  if (size != index_bytes(options_.bytes)) return "cache-disk-size is another one";
  std::error_code error;
  const std::uint64_t found = fs::file_size(options_.folder / "index" / "data.mdb", error);
  if (error) return "its file is gone";
  if (found != size) return "its file has another length";
  return {};
}

void DiskFolder::make_ready() {
  const fs::path& folder = options_.folder;
  const fs::path index = folder / "index";
  std::string reason = reason_to_rebuild();
  if (options_.in_use) {
    if (reason.empty()) return;
    throw std::runtime_error(
        fmt::format("--cache-dir {}: workers use it, and its index would have to be made anew: {}",
                    folder.string(), reason));
  }
  const bool is_first = reason.empty() ? false : !fs::exists(index);
  write_state("open", false);
  const auto sweep = [this](SweepMode mode) {
    return [this, mode] { sweep_values(options_.folder, options_.bytes, mode); };
  };
  if (reason.empty() && !survives(folder, "looking at the index", sweep(SweepMode::check))) {
    reason = "it is damaged";
  }
  if (reason.empty()) return;
  if (!is_first) {
    log(LogLevel::warning, "cache-dir {}: the index is made anew from the files: {}",
        folder.string(), reason);
  }
  std::error_code ignored;
  fs::remove_all(index, ignored);
  make_folder(index);
  if (survives(folder, "making the index", sweep(SweepMode::rebuild))) return;
  throw std::runtime_error(
      fmt::format("--cache-dir {}: its index cannot be made (see the log)", folder.string()));
}

void DiskFolder::write_state(const char* mark, bool durable) const {
  const fs::path path = options_.folder / "state";
  const std::string unfinished = path.string() + ".tmp";
  const std::string text =
      fmt::format("{} {} {} {}\n", kLayout, mark, options_.boot_id, index_bytes(options_.bytes));
  const int fd = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (written && durable) fsync(fd);
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (written && std::rename(unfinished.c_str(), path.c_str()) == 0) return;
  throw std::runtime_error(fmt::format("--cache-dir {}: cannot be written: {}",
                                       options_.folder.string(), std::strerror(error)));
}

void DiskFolder::close() noexcept {
  try {
    const bool synced = survives(options_.folder, "closing the index", [this] {
      DiskIndex(options_.folder / "index", index_bytes(options_.bytes)).sync();
    });
    if (synced) write_state("clean", true);
    lock_.unlock();
  } catch (const std::exception& error) {
    log(LogLevel::warning, "{}", error.what());
  }
}

}  // namespace ekiden::shared
