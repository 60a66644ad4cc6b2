// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <array>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "shared/redis_connection.hpp"
#include "tests/shared/processes.hpp"

// Debian's redis-server, started by the tests that need one.
namespace ekiden::shared {

/// A folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::array<char, 32> name{"/tmp/ekiden-redis-XXXXXX"};
    if (mkdtemp(name.data()) != nullptr) path_ = name.data();
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// On a unix socket in its own folder; forgets everything when it ends.
class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> options = {}) : options_(std::move(options)) {
    start();
  }

  void start() {
    std::filesystem::remove(socket());
    process_ = std::make_unique<Child>([this] { return run(); });
    ASSERT_TRUE(eventually([this] { return answers() || gone(); })) << "redis-server hangs";
    ASSERT_TRUE(answers()) << "redis-server does not start: install Debian's package redis-server";
  }
  void stop() { process_.reset(); }
  void freeze() const { process_->signal(SIGSTOP); }
  void thaw() const { process_->signal(SIGCONT); }

  std::string socket() const { return folder_.path() + "/redis.sock"; }
  RedisUrl url() const { return RedisUrl::parse("unix://" + socket()); }
  /// The answer to a command, on a connection of its own.
  RedisReply ask(std::initializer_list<std::string_view> words) const {
    RedisConnection connection(url(), {std::chrono::seconds(10), std::chrono::seconds(10)});
    return connection.ask(words);
  }

 private:
  int run() const {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(null, 1);
    std::vector<std::string> words{
        "redis-server", "--port", "0",     "--unixsocket", socket(),     "--save", "",
        "--appendonly", "no",     "--dir", folder_.path(), "--loglevel", "warning"};
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execvp("redis-server", arguments.data());
    return 127;
  }
  bool answers() const {
    try {
      const RedisReply reply = ask({"PING"});
      return reply.is("PONG") || reply.text.starts_with("NOAUTH");
    } catch (const RedisFailure&) {
      return false;
    }
  }
  bool gone() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(process_->pid()), &info, WEXITED | WNOHANG | WNOWAIT) ==
               0 &&
           info.si_pid != 0;
  }

  TemporaryFolder folder_;
  const std::vector<std::string> options_;
  std::unique_ptr<Child> process_;
};

}  // namespace ekiden::shared
