// SPDX-License-Identifier: MIT
#include "worker/http/passed_connection.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

namespace ekiden::worker {
namespace {

class PassedConnectionTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
  void TearDown() override {
    for (const int end : ends_) ::close(end);
  }
  /// Sends the first end with `bytes`; true if what arrives is the same, and the end works.
  bool arrives(const std::string& bytes) {
    if (!sender_.send(receiver_.address(), {7, 3, 1234},
                      {ends_[0], "127.0.0.1", "192.0.2.1", bytes, 99})) {
      return false;
    }
    OfferName name;
    PassedConnection got;
    if (!receiver_.receive(name, got) || got.descriptor < 0) return false;
    const bool writes = ::write(got.descriptor, "x", 1) == 1;
    char byte = 0;
    const bool reads = ::read(ends_[1], &byte, 1) == 1 && byte == 'x';
    ::close(got.descriptor);
    return writes && reads && name.slot == 7 && name.index == 3 && name.number == 1234 &&
           got.remote == "127.0.0.1" && got.client == "192.0.2.1" && got.begun_ns == 99 &&
           got.bytes == bytes;
  }

  std::array<int, 2> ends_{};
  PassingSocket sender_, receiver_;
};

TEST_F(PassedConnectionTest, ArrivesWithItsBytes) {
  EXPECT_TRUE(arrives("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(arrives(""));
}

TEST_F(PassedConnectionTest, ArrivesWithMoreBytesThanAMessageHolds) {
  for (const std::size_t size : {32U << 10, (32U << 10) + 1, 10U << 20}) {
    EXPECT_TRUE(arrives(std::string(size, 'y'))) << size;
  }
}

TEST_F(PassedConnectionTest, IsNotSentToNobody) {
  std::uint32_t address = 0;
  {
    const PassingSocket gone;
    address = gone.address();
  }
  EXPECT_FALSE(sender_.send(address, {}, {ends_[0], "127.0.0.1", "127.0.0.1", "bytes", 0}));
}

TEST_F(PassedConnectionTest, IsNotSentToSomebodyWhoDoesNotRead) {
  int sent = 0;
  while (sent < 10'000 &&
         sender_.send(receiver_.address(), {}, {ends_[0], "unix:", "unix:", "bytes", 0})) {
    ++sent;
  }
  EXPECT_GT(sent, 0);
  EXPECT_LT(sent, 10'000);
}

TEST_F(PassedConnectionTest, AMessageThatIsNoneOfOursIsDropped) {
  const int other = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path + 1, 6, "%05x", receiver_.address() - 1);
  for (const std::string& bytes : {std::string("short"), std::string(200, '\xff')}) {
    ASSERT_EQ(
        ::sendto(other, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                 offsetof(sockaddr_un, sun_path) + 6),
        static_cast<ssize_t>(bytes.size()));
    OfferName name;
    PassedConnection got;
    EXPECT_TRUE(receiver_.receive(name, got));
    EXPECT_EQ(got.descriptor, -1);
  }
  ::close(other);
}

TEST_F(PassedConnectionTest, NothingIsReceivedWhereNothingWasSent) {
  OfferName name;
  PassedConnection got;
  EXPECT_FALSE(receiver_.receive(name, got));
}

}  // namespace
}  // namespace ekiden::worker
