// SPDX-License-Identifier: MIT
#include "tests/process/running_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "server/process.hpp"

namespace ekiden::test {
namespace {

using Clock = std::chrono::steady_clock;

int remaining(Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::max<decltype(left)>(left, 0));
}

bool readable(int fd, Clock::time_point deadline) {
  pollfd polled{fd, POLLIN, 0};
  return poll(&polled, 1, remaining(deadline)) > 0;
}

int execute(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  for (const std::string& variable : environment) putenv(strdup(variable.c_str()));
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  return 127;
}

std::vector<std::string> lines_with(const std::string& output, std::string_view text) {
  std::vector<std::string> found;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(text) != std::string::npos) found.push_back(line);
  }
  return found;
}

}  // namespace

WatchedProcess::WatchedProcess(pid_t pid)
    : pidfd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {
  if (!pidfd_) throw std::system_error(errno, std::generic_category(), "pidfd_open");
}

bool WatchedProcess::gone_within(std::chrono::milliseconds patience) const {
  return readable(pidfd_.get(), Clock::now() + patience);
}

RunningServer::RunningServer(const std::function<int()>& body) { start(body); }

RunningServer::RunningServer(std::vector<std::string> command,
                             std::vector<std::string> environment) {
  start([&] { return execute(command, environment); });
}

void RunningServer::start(const std::function<int()>& body) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  pipe_.reset(ends[0]);
  const server::Descriptor write_end(ends[1]);
  server::flush_stdio();
  pid_ = fork();
  if (pid_ != 0) return;
  dup2(write_end.get(), 1);
  dup2(write_end.get(), 2);
  server::close_all_but({});
  server::buffer_stdout_by_line();
  int code = 125;
  try {
    code = body();
  } catch (const std::exception& error) {
    fprintf(stderr, "exception: %s\n", error.what());
  }
  server::flush_stdio();
  _exit(code);
}

RunningServer::~RunningServer() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void RunningServer::send_signal(int signal) const { kill(pid_, signal); }

bool RunningServer::read_more(Clock::time_point deadline) {
  std::array<char, 4096> buffer;
  if (!readable(pipe_.get(), deadline)) return false;
  const ssize_t size = read(pipe_.get(), buffer.data(), buffer.size());
  if (size > 0) output_.append(buffer.data(), static_cast<std::size_t>(size));
  return size > 0;
}

std::string RunningServer::wait_for(std::string_view text, int times) {
  const auto deadline = Clock::now() + kServerPatience;
  while (true) {
    const auto found = lines_with(output_.substr(0, output_.rfind('\n') + 1), text);
    if (found.size() >= static_cast<std::size_t>(times)) {
      return found[static_cast<std::size_t>(times) - 1];
    }
    if (!read_more(deadline)) {
      throw std::runtime_error("no (further) line with '" + std::string(text) + "' in:\n" +
                               output_);
    }
  }
}

pid_t RunningServer::ready_worker(int number, int times) {
  const std::string name = "worker " + std::to_string(number) + " (";
  std::string text;
  for (int seen = 0, ready = 0; ready < times; ++seen) {
    text = wait_for(name, seen + 1);
    ready += text.find("is ready") != std::string::npos ? 1 : 0;
  }
  return std::stoi(text.substr(text.find(name) + name.size()));
}

std::optional<int> RunningServer::wait_for_exit() {
  const auto deadline = Clock::now() + kServerPatience;
  const WatchedProcess process(pid_);
  while (read_more(deadline)) {  // until the last process that could write has gone
  }
  const std::chrono::milliseconds left(remaining(deadline));
  if (!process.gone_within(left)) return std::nullopt;
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

const std::string& RunningServer::output() {
  while (read_more(Clock::now())) {
  }
  return output_;
}

int RunningServer::count(std::string_view text) {
  return static_cast<int>(lines_with(output(), text).size());
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    if (entry.path().filename().string().find_first_of("0123456789") != 0) continue;
    std::ifstream file(entry.path() / "stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    const std::size_t name_end = text.rfind(") ");
    if (name_end == std::string::npos) continue;
    std::istringstream fields(text.substr(name_end + 2));
    char state = 0;
    pid_t of = 0;
    fields >> state >> of;
    if (of == parent && state != 'Z') children.push_back(std::stoi(text));
  }
  return children;
}

std::string title_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
  std::string title;
  std::getline(file, title, '\0');
  return title;
}

std::string thread_name_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace ekiden::test
