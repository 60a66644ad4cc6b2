// SPDX-License-Identifier: MIT
#include "shared/log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "shared/log_file.hpp"
#include "tests/support/temporary_folder.hpp"

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

/// After an upgrade the master may have a log file where a worker of the image before has something
/// else, a connection for instance.
TEST(LogFileOrder, PutsTheFileInThePlaceOfALogAndOfNothingElse) {
  const ekiden::worker::test::TemporaryFolder folder;
  const auto open_log = [&](const char* name) {
    return ::open((folder.path() / name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  };
  const auto inode_of = [](int descriptor) {
    struct stat status {};
    fstat(descriptor, &status);
    return status.st_ino;
  };
  const int log = open_log("old");
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const ino_t connection = inode_of(pair[0]);

  int fresh = open_log("new");
  const ino_t file = inode_of(fresh);
  EXPECT_TRUE(obey_log_file_order(log_file_order(log), fresh));
  EXPECT_EQ(inode_of(log), file);

  fresh = open_log("new");
  EXPECT_TRUE(obey_log_file_order(log_file_order(pair[0]), fresh));
  EXPECT_EQ(inode_of(pair[0]), connection);
  EXPECT_EQ(fcntl(fresh, F_GETFD), -1) << "it is closed all the same";
  for (const int one : {log, pair[0], pair[1]}) close(one);
}

}  // namespace
}  // namespace ekiden::shared
