// SPDX-License-Identifier: MIT
#include "server/setting_values.hpp"

#include <gtest/gtest.h>

#include <array>

namespace ekiden::server {
namespace {

TEST(SettingValues, SizesTakeBinaryUnitsInAnySpelling) {
  EXPECT_EQ(parse_size("8190"), 8190U);
  EXPECT_EQ(parse_size("64k"), 65536U);
  EXPECT_EQ(parse_size("128M"), 128U << 20);
  EXPECT_EQ(parse_size("1G"), 1U << 30);
  EXPECT_EQ(parse_size("1 GiB"), 1U << 30);
  EXPECT_EQ(parse_size("2TB"), 2ULL << 40);
}

TEST(SettingValues, WhatIsNotASizeIsRefused) {
  for (const char* text : {"", "M", "-1", "1.5G", "1P", "12 34", "99999999999999999999", "0x10",
                           "18446744073709551615K"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(SettingValues, SecondsTakeAFraction) {
  EXPECT_EQ(parse_seconds("30"), 30'000U);
  EXPECT_EQ(parse_seconds("1.5"), 1500U);
  EXPECT_EQ(parse_seconds("0.25"), 250U);
  EXPECT_EQ(parse_seconds("0.0004"), 0U);
}

TEST(SettingValues, WhatIsNotADurationIsRefused) {
  for (const char* text : {"", ".", "1.", ".5", "-1", "1s", "1e3", "99999999999"}) {
    EXPECT_FALSE(parse_seconds(text)) << text;
  }
}

TEST(SettingValues, TheProxyProtocolHasGunicornsNames) {
  using shared::ProxyProtocol;
  for (const auto protocol :
       {ProxyProtocol::off, ProxyProtocol::any, ProxyProtocol::version1, ProxyProtocol::version2}) {
    EXPECT_EQ(parse_proxy_protocol(proxy_protocol_name(protocol)),
              static_cast<std::uint64_t>(protocol));
  }
  EXPECT_EQ(parse_proxy_protocol("V1"), parse_proxy_protocol("v1"));
  EXPECT_EQ(parse_proxy_protocol("true"), parse_proxy_protocol("auto"));
  EXPECT_EQ(parse_proxy_protocol("False"), parse_proxy_protocol("off"));
  for (const char* text : {"", "1", "v3", "proxy"}) {
    EXPECT_FALSE(parse_proxy_protocol(text)) << text;
  }
}

TEST(SettingValues, PrintedValuesAreReadBackAsTheyWere) {
  for (const std::uint64_t bytes : {0ULL, 1ULL, 8190ULL, 65536ULL, 1ULL << 30, 3ULL << 40}) {
    EXPECT_EQ(parse_size(format_size(bytes)), bytes);
  }
  for (const std::uint64_t milliseconds : {0U, 1U, 50U, 1500U, 30'000U}) {
    EXPECT_EQ(parse_seconds(format_seconds(milliseconds)), milliseconds);
  }
}

}  // namespace
}  // namespace ekiden::server
