// SPDX-License-Identifier: MIT
#include "server/inventory.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <fmt/core.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "server/process.hpp"
#include "shared/clock.hpp"

namespace ekiden::server {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { closedir(directory); }
};

/// The numbers that name the entries of a directory of /proc, without that of the directory's own
/// descriptor.
std::vector<int> numbers_in(const char* path) {
  std::vector<int> numbers;
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir(path));
  if (!directory) return numbers;
  while (const dirent* entry = readdir(directory.get())) {
    const int number = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && number != dirfd(directory.get())) numbers.push_back(number);
  }
  return numbers;
}

std::string target_of(int fd) {
  std::array<char, 256> target{};
  const auto path = fmt::format("/proc/self/fd/{}", fd);
  const ssize_t size = readlink(path.c_str(), target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : std::string();
}

std::map<int, std::string> open_descriptors() {
  std::map<int, std::string> descriptors;
  for (const int fd : numbers_in("/proc/self/fd")) descriptors[fd] = target_of(fd);
  return descriptors;
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string running_timers() {
  std::string timers = contents("/proc/self/timers");
  for (const int kind : {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF}) {
    itimerval value{};
    getitimer(static_cast<__itimer_which_t>(kind), &value);
    if (timerisset(&value.it_value)) timers += fmt::format("itimer {}", kind);
  }
  return timers;
}

const void* address_of(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 ? reinterpret_cast<const void*>(action.sa_sigaction)
                                             : reinterpret_cast<const void*>(action.sa_handler);
}

void wait_a_millisecond() {
  const timespec pause{0, 1'000'000};
  nanosleep(&pause, nullptr);
}

}  // namespace

Inventory Inventory::take() {
#ifdef __SANITIZE_THREAD__
  // With the first thread of a process ThreadSanitizer starts one of its own, which stays.
  std::thread([] {}).join();
#endif
  Inventory inventory;
  inventory.threads_ = numbers_in("/proc/self/task").size();
  inventory.descriptors_ = open_descriptors();
  for (int signal = 1; signal < NSIG; ++signal) {
    sigaction(signal, nullptr, &inventory.handlers_[static_cast<std::size_t>(signal)]);
  }
  inventory.timers_ = running_timers();
  return inventory;
}

std::string Inventory::left_behind_since() const {
  for (auto find : {&Inventory::extra_thread, &Inventory::extra_descriptor,
                    &Inventory::extra_handler, &Inventory::extra_timer}) {
    if (std::string sentence = (this->*find)(); !sentence.empty()) return sentence;
  }
  siginfo_t child{};
  if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0) {
    return "the app left a child process behind; wait for it in set-up";
  }
  return {};
}

std::string Inventory::extra_thread() const {
  constexpr std::uint64_t kPatience = 200'000'000;
  const std::uint64_t start = shared::monotonic_ns();
  while (true) {
    const std::vector<int> threads = numbers_in("/proc/self/task");
    if (threads.size() <= threads_) return {};
    if (shared::monotonic_ns() - start < kPatience) {
      wait_a_millisecond();
      continue;
    }
    const std::size_t extra = threads.size() - threads_;
    std::string name = contents(fmt::format("/proc/self/task/{}/comm", threads.back()));
    if (!name.empty()) name.pop_back();
    return fmt::format(
        "the app left {} thread{} running (the last is named '{}'); a fork copies the calling "
        "thread only, so start threads in callbacks or join them in set-up",
        extra, extra == 1 ? "" : "s", name);
  }
}

std::string Inventory::extra_descriptor() const {
  for (const auto& [fd, target] : open_descriptors()) {
    const auto before = descriptors_.find(fd);
    if (before != descriptors_.end() && before->second == target) continue;
    return fmt::format("the app left descriptor {} open ({}); close it in set-up", fd, target);
  }
  return {};
}

std::string Inventory::extra_handler() const {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction now {};
    if (sigaction(signal, nullptr, &now) != 0) continue;
    if (address_of(now) == address_of(handlers_[static_cast<std::size_t>(signal)])) continue;
    return fmt::format("the app left a handler for {} installed; workers handle signals themselves",
                       signal_name(signal));
  }
  return {};
}

std::string Inventory::extra_timer() const {
  if (running_timers() == timers_) return {};
  return "the app left a timer running; timers do not survive a fork";
}

}  // namespace ekiden::server
