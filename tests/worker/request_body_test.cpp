// SPDX-License-Identifier: MIT
#include "worker/request_body.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cerrno>

#include "tests/support/temporary_folder.hpp"

namespace ekiden::worker {
namespace {

TEST(RequestBody, InAFileIsWhatItWasInMemoryAndWhatFollows) {
  const test::TemporaryFolder folder;
  RequestBody body;
  ASSERT_TRUE(body.append("one, "));
  ASSERT_TRUE(body.move_to_file(folder.path().c_str()));
  EXPECT_TRUE(body.in_file());
  EXPECT_EQ(body.memory(), std::string().capacity());
  ASSERT_TRUE(body.append("two"));
  ASSERT_TRUE(body.finish());

  EXPECT_EQ(std::string_view(body), "one, two");
  EXPECT_EQ(body.size(), 8U);
  RequestBody moved = std::move(body);
  EXPECT_EQ(std::string_view(moved), "one, two");
  EXPECT_TRUE(body.empty());
  moved.clear(0);
  EXPECT_FALSE(moved.in_file());
  EXPECT_EQ(std::string_view(moved), "");
}

TEST(RequestBody, WhereThereCanBeNoFileItStaysInMemory) {
  RequestBody body;
  ASSERT_TRUE(body.append("one"));
  EXPECT_FALSE(body.move_to_file("/nowhere"));
  EXPECT_EQ(errno, ENOENT);
  EXPECT_FALSE(body.in_file());
  EXPECT_EQ(std::string_view(body), "one");
}

TEST(RequestBody, AFullDiskIsNoticed) {
  RequestBody body;
  ASSERT_TRUE(body.append("one"));
  if (!body.move_to_file("/tmp")) GTEST_SKIP() << "/tmp cannot be written";
  const rlimit before = [] {
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    return limit;
  }();
  signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 4096;
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_FALSE(body.append(std::string(8192, 'x')));
  setrlimit(RLIMIT_FSIZE, &before);
}

}  // namespace
}  // namespace ekiden::worker
