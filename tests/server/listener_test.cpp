// SPDX-License-Identifier: MIT
#include "server/listener.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/temporary_folder.hpp"

namespace ekiden::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string url_of(const std::string& text) { return Listener(*parse_address(text), 16).url(); }

std::string refusal(const std::string& text) {
  try {
    const Listener listener(*parse_address(text), 16);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "listens";
}

std::uint16_t port_in(const std::string& text) {
  const auto address = parse_address(text);
  return address ? ntohs(reinterpret_cast<const sockaddr_in&>(address->storage).sin_port) : 0;
}

TEST(Address, ThePortIsDashsIfNoneIsGiven) {
  EXPECT_EQ(port_in("127.0.0.1"), 8050);
  EXPECT_EQ(port_in("[::1]"), 8050);
  EXPECT_EQ(port_in("::1"), 8050);
  EXPECT_EQ(port_in(":81"), 81);
  EXPECT_EQ(port_in("localhost:82"), 82);
}

TEST(Address, WhatIsNoneIsRefused) {
  for (const char* text : {"", "example.com:80", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                           "[::1", "[::1]80", "[::1]:", "1.2.3:80", "unix:"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_FALSE(parse_address("unix:/" + std::string(108, 'x')));
}

TEST(Listener, PortZeroBecomesAPortOfTheKernelsChoice) {
  EXPECT_THAT(url_of("127.0.0.1:0"), testing::MatchesRegex("http://127.0.0.1:[1-9][0-9]*"));
  EXPECT_THAT(url_of("[::1]:0"), StartsWith("http://[::1]:"));
}

TEST(Listener, DoesNotBlockAndDoesNotOutliveAnExec) {
  const Listener listener(*parse_address("127.0.0.1:0"), 16);

  EXPECT_NE(fcntl(listener.fd(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(listener.fd(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(Listener, APortInUseIsNamedWithTheRemedy) {
  const Listener first(*parse_address("127.0.0.1:0"), 16);
  const std::string address = first.url().substr(std::string("http://").size());

  EXPECT_THAT(refusal(address),
              StartsWith("--bind " + address + ": address already in use (another server"));
}

TEST(Listener, AnAddressOfAnotherMachineIsNamed) {
  EXPECT_THAT(refusal("192.0.2.1:8050"),
              HasSubstr("no interface of this machine has that address"));
}

TEST(Listener, ASocketFileIsForOwnerAndGroupAndGoesWithTheListener) {
  const worker::test::TemporaryFolder folder;
  const std::string path = folder.path() / "socket";
  struct stat status {};
  {
    const Listener listener(*parse_address("unix:" + path), 16);
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0660U);
    EXPECT_THAT(refusal("unix:" + path), HasSubstr("address already in use"));
  }
  EXPECT_NE(stat(path.c_str(), &status), 0);
}

TEST(Listener, AStaleSocketFileIsReplacedButNoOtherFile) {
  const worker::test::TemporaryFolder folder;
  const std::string path = folder.path() / "socket";
  {
    Listener listener(*parse_address("unix:" + path), 16);
    std::filesystem::rename(path, path + ".kept");
  }
  std::filesystem::rename(path + ".kept", path);

  EXPECT_EQ(refusal("unix:" + path), "listens");
  EXPECT_THAT(refusal("unix:" + folder.write("file", "text").string()),
              HasSubstr("which is not a socket"));
  EXPECT_THAT(refusal("unix:" + path + "/missing/x"), StartsWith("--bind unix:"));
}

TEST(Listener, TheSocketFileOfASuccessorStays) {
  const worker::test::TemporaryFolder folder;
  const std::string path = folder.path() / "socket";
  Listener first(*parse_address("unix:" + path), 16);
  std::filesystem::remove(path);
  const Listener second(*parse_address("unix:" + path), 16);

  first.close();

  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace ekiden::server
