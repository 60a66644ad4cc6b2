// SPDX-License-Identifier: MIT
#include "shared/log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

namespace ekiden::shared {
namespace {

/// The log of this process goes to a pipe while the test runs.
class Log : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(pipe2(ends_.data(), O_NONBLOCK | O_CLOEXEC), 0);
    log_open(LogLevel::info, ends_[1]);
    log_role("tester");
  }
  void TearDown() override {
    log_open(LogLevel::info);
    close(ends_[0]);
    close(ends_[1]);
  }
  std::string written() {
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t size; (size = read(ends_[0], buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

  std::array<int, 2> ends_{};
};

TEST_F(Log, ALineHasTimeLevelPidRoleAndText) {
  log(LogLevel::info, "{} and {}", "one", 2);

  const std::string pattern =
      "20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3} "
      "\\[info\\] " +
      std::to_string(getpid()) + " tester: one and 2\n";
  EXPECT_THAT(written(), testing::MatchesRegex(pattern));
}

TEST_F(Log, LevelsBelowTheChosenOneAreLeftOut) {
  log_open(LogLevel::error, ends_[1]);

  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning}) {
    log(level, "quiet");
  }
  log(LogLevel::error, "loud");
  log(LogLevel::critical, "louder");

  EXPECT_THAT(written(), testing::MatchesRegex(".*\\[error\\].*loud\n.*\\[critical\\].*louder\n"));
}

TEST_F(Log, ATextNeverBecomesTwoLinesNorATerminalCommand) {
  log(LogLevel::info, "{}", "first\nsecond\x1b[31m\ttab");

  EXPECT_THAT(written(), testing::EndsWith(": first\\nsecond\\x1b[31m\ttab\n"));
}

TEST_F(Log, LinesOfThreadsAndProcessesDoNotMix) {
  const auto burst = [](char letter) {
    for (int i = 0; i < 50; ++i) log(LogLevel::info, "{}", std::string(100, letter));
  };
  const pid_t child = fork();
  if (child == 0) {
    burst('a');
    _exit(0);
  }
  std::thread other(burst, 'b');
  burst('c');
  other.join();
  waitpid(child, nullptr, 0);

  std::istringstream lines(written());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const std::string tail = line.substr(line.size() - 100);
    EXPECT_EQ(std::set<char>(tail.begin(), tail.end()).size(), 1U) << line;
  }
  EXPECT_EQ(count, 150);
}

TEST_F(Log, AFullPipeLosesLinesAndNothingElse) {
  for (int i = 0; i < 2000; ++i) log(LogLevel::info, "{}", std::string(100, 'x'));

  errno = 4711;
  log(LogLevel::info, "lost");
  EXPECT_EQ(errno, 4711);
}

}  // namespace
}  // namespace ekiden::shared
