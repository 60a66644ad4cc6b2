// SPDX-License-Identifier: MIT
#include "worker/app/wear.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <set>
#include <string>

#include "shared/heritage.hpp"
#include "tests/shared/processes.hpp"
#include "worker/app/replacement.hpp"

namespace ekiden::worker {
namespace {

using testing::MatchesRegex;

/// A worker that counts requests up to `count`; what it has told its master then.
std::string told_after(std::uint64_t count, const shared::WorkerSettings& settings) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()), 0);
  shared::Child worker([&] {
    ::close(ends[0]);
    shared::Heritage heritage;
    heritage.master = ::getppid();
    heritage.channel = ends[1];
    set_master(heritage);
    Wear wear(settings);
    for (std::uint64_t i = 1; i <= count; ++i) wear.count_request(i);
    return 0;
  });
  ::close(ends[1]);
  std::string told;
  std::array<char, 256> message{};
  for (ssize_t got = 0; (got = ::read(ends[0], message.data(), message.size())) > 0;) {
    told.append(message.data(), static_cast<std::size_t>(got)) += '\n';
  }
  ::close(ends[0]);
  EXPECT_EQ(worker.exit_code_within(30), 0);
  return told;
}

TEST(Wear, AsksForASuccessorOnce) {
  shared::WorkerSettings settings;
  settings.max_requests = 10;

  EXPECT_EQ(told_after(9, settings), "");
  EXPECT_EQ(told_after(30, settings), "Vit has had its 10 requests (--max-requests)\n");
}

TEST(Wear, EachWorkerDrawsItsJitter) {
  shared::WorkerSettings settings;
  settings.max_requests = 10;
  settings.max_requests_jitter = 1000;
  std::set<std::string> told;

  EXPECT_EQ(told_after(9, settings), "");
  for (int i = 0; i < 4; ++i) told.insert(told_after(1010, settings));

  EXPECT_THAT(told, testing::Each(MatchesRegex("Vit has had its [0-9]+ requests .*\n")));
  EXPECT_GT(told.size(), 1U);
}

}  // namespace
}  // namespace ekiden::worker
