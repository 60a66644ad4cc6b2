// SPDX-License-Identifier: MIT
#include "server/builder.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "server/channel.hpp"
#include "server/process_title.hpp"
#include "server/signals.hpp"
#include "shared/file_watch.hpp"
#include "shared/log.hpp"

namespace ekiden::server {
namespace {

namespace fs = std::filesystem;
using shared::log;
using shared::LogLevel;

constexpr int kLookMs = 100;
constexpr int kSettleMs = 20;
constexpr std::chrono::seconds kStopPatience{1};
constexpr std::size_t kMostOutput = 1U << 20;
constexpr std::string_view kBuilt = "B";

bool is_build_folder(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "CMakeCache.txt", ignored);
}

fs::path source_folder_of(const fs::path& build_folder) {
  constexpr std::string_view kHome = "CMAKE_HOME_DIRECTORY:INTERNAL=";
  std::ifstream cache(build_folder / "CMakeCache.txt");
  for (std::string line; std::getline(cache, line);) {
    if (line.starts_with(kHome)) return line.substr(kHome.size());
  }
  throw std::runtime_error(
      fmt::format("{}/CMakeCache.txt names no source folder", build_folder.string()));
}

[[noreturn]] void become_build(const BuildJob& job, int output, pid_t builder) noexcept {
  die_with(builder);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGPIPE}) ::signal(signal, SIG_DFL);
  ::execlp("cmake", "cmake", "--build", job.build_folder.c_str(), "--target", job.target.c_str(),
           nullptr);
  ::dprintf(STDERR_FILENO, "cmake cannot be run: errno %d\n", errno);
  ::_exit(127);
}

class BuilderProcess {
 public:
  BuilderProcess(const BuildJob& job, shared::BuildState& state, Descriptor channel)
      : job_(job), state_(state), channel_(std::move(channel)), watch_(is_no_source) {
    watch_.watch(job.source_folder);
    // What a build tool has started is ours when it is killed, and so can be killed, too.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  }

  [[noreturn]] void run() {
    log(LogLevel::info, "watches {} and builds {} in {}", job_.source_folder.string(), job_.target,
        job_.build_folder.string());
    while (true) {
      pollfd polled{channel_.get(), POLLIN, 0};
      if (poll(&polled, 1, watch_.is_settling() ? kSettleMs : kLookMs) > 0) leave();
      if (!watch_.changes().empty()) build();
    }
  }

 private:
  void build();
  std::string read_output(int pipe) const;
  /// The master has closed the channel.
  [[noreturn]] static void leave() {
    kill_orphans();
    _exit(0);
  }
  std::pair<fs::file_time_type, std::uintmax_t> module_now() const {
    std::error_code ignored;
    return {fs::last_write_time(job_.module, ignored), fs::file_size(job_.module, ignored)};
  }

  const BuildJob& job_;
  shared::BuildState& state_;
  const Descriptor channel_;
  shared::FileWatch watch_;
};

void BuilderProcess::build() {
  const auto before = module_now();
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const pid_t self = getpid();
  const pid_t build = fork();
  if (build == 0) become_build(job_, writing.get(), self);
  writing.reset();
  if (build < 0) return log(LogLevel::error, "cannot fork a build");
  log(LogLevel::info, "sources changed: building {}", job_.target);
  const std::string output = read_output(reading.get());
  int status = 0;
  while (waitpid(build, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    state_.succeed();
    if (module_now() != before) send(channel_, kBuilt);
    return;
  }
  const std::string messages = compiler_messages(output);
  log(LogLevel::error, "{} does not build:\n{}", job_.target, messages);
  state_.fail(messages);
}

std::string BuilderProcess::read_output(int pipe) const {
  std::string output;
  std::array<char, 4096> room;
  while (true) {
    std::array<pollfd, 2> polled{{{pipe, POLLIN, 0}, {channel_.get(), POLLIN, 0}}};
    if (poll(polled.data(), polled.size(), -1) < 0 && errno == EINTR) continue;
    if (polled[1].revents != 0) leave();
    const ssize_t count = ::read(pipe, room.data(), room.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return output;
    if (output.size() < kMostOutput) output.append(room.data(), static_cast<std::size_t>(count));
  }
}

[[noreturn]] void become_builder(const BuildJob& job, shared::BuildState& state, Descriptor channel,
                                 int error_log, pid_t master) noexcept {
  die_with(master);
  set_process_role("builder");
  shared::log_role("builder");
  close_all_but({channel.get(), error_log});
  ignore_master_signals_in_mold();
  BuilderProcess(job, state, std::move(channel)).run();
}

}  // namespace

std::optional<BuildJob> build_job_of(const fs::path& module, const std::string& build_folder) {
  fs::path folder = build_folder;
  if (build_folder == "auto") {
    folder = module.parent_path();
    while (!is_build_folder(folder)) {
      if (folder == folder.parent_path()) return std::nullopt;
      folder = folder.parent_path();
    }
  } else if (!is_build_folder(folder)) {
    throw std::runtime_error(fmt::format(
        "--reload-build-dir {}: not a folder that CMake builds in (it has no CMakeCache.txt)",
        build_folder));
  }
  return BuildJob{fs::absolute(folder), source_folder_of(folder), module, module.stem().string()};
}

bool is_no_source(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  if (name.starts_with('.') || name.ends_with('~') || name == "node_modules") return true;
  std::error_code ignored;
  return entry.is_directory(ignored) && is_build_folder(entry.path());
}

/// Ninja names what failed and repeats the command before the compiler's own lines.
std::string compiler_messages(std::string_view output) {
  std::string messages;
  bool is_command = false;
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size() - 1);
    const std::string_view line = output.substr(0, end + 1);
    output.remove_prefix(end + 1);
    const bool is_progress =
        line.size() > 1 && line[0] == '[' && (line[1] == ' ' || (line[1] >= '0' && line[1] <= '9'));
    const bool of_tool = is_progress || line.starts_with("FAILED: ") ||
                         line.starts_with("ninja: ") || line.starts_with("gmake") ||
                         line.starts_with("make");
    if (!of_tool && !is_command) messages += line;
    is_command = line.starts_with("FAILED: ");
  }
  return messages.substr(0, shared::BuildState::kLongest);
}

Builder::Builder(const BuildJob& job, shared::BuildState& state, int error_log) {
  ChannelPair channel = make_channel();
  const pid_t master = getpid();
  flush_stdio();
  const pid_t pid = fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "cannot fork the builder");
  if (pid == 0) {
    channel.master.reset();
    become_builder(job, state, std::move(channel.child), error_log, master);
  }
  process_ = Process(pid);
  channel_ = std::move(channel.master);
}

void Builder::stop() noexcept {
  channel_.reset();
  process_.wait(kStopPatience);
}

void Builder::add_to(std::vector<pollfd>& polled) const {
  if (channel_) polled.push_back({channel_.get(), POLLIN, 0});
}

bool Builder::has_built() {
  bool built = false;
  Packet packet;
  while (channel_) {
    const Received received = receive(channel_, packet);
    if (received == Received::nothing) break;
    if (received == Received::closed) {
      log(LogLevel::error, "the builder has ended: sources are not watched any more");
      channel_.reset();
    } else {
      built = true;
    }
  }
  return built;
}

}  // namespace ekiden::server
