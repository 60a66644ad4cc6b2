// SPDX-License-Identifier: MIT
#include "shared/trusted_peers.hpp"

#include <gtest/gtest.h>

namespace ekiden::shared {
namespace {

bool trusts(std::string_view list, std::string_view address) {
  return TrustedPeers::parse(list).value().trusts(address);
}

TEST(TrustedPeers, AddressesAreCompared) {
  EXPECT_TRUE(trusts("127.0.0.1, ::1", "::1"));
  EXPECT_TRUE(trusts("127.0.0.1, ::1", "127.0.0.1"));
  EXPECT_TRUE(trusts("127.0.0.1", "::ffff:127.0.0.1"));
  EXPECT_TRUE(trusts("2001:db8::1", "2001:DB8:0::1"));
  EXPECT_FALSE(trusts("127.0.0.1, ::1", "127.0.0.2"));
}

TEST(TrustedPeers, NetworksEndAtTheirPrefix) {
  EXPECT_TRUE(trusts("10.0.0.0/9", "10.127.255.255"));
  EXPECT_FALSE(trusts("10.0.0.0/9", "10.128.0.0"));
  EXPECT_TRUE(trusts("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(trusts("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(trusts("0.0.0.0/0", "192.0.2.1"));
  EXPECT_FALSE(trusts("0.0.0.0/0", "2001:db8::1"));
}

TEST(TrustedPeers, AStarIsEveryAddressAndNothingIsNobody) {
  EXPECT_TRUE(trusts("*", "192.0.2.1"));
  EXPECT_FALSE(trusts("*", "somebody"));
  EXPECT_FALSE(trusts("", "127.0.0.1"));
}

TEST(TrustedPeers, OtherListsAreRefused) {
  for (const char* list : {"localhost", "127.0.0.1,", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/",
                           "::/129", "10.0.0.0/8x", "127.1", "*,::1", "[::1]"}) {
    EXPECT_FALSE(TrustedPeers::parse(list).has_value()) << list;
  }
}

}  // namespace
}  // namespace ekiden::shared
