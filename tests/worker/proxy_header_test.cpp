// SPDX-License-Identifier: MIT
#include "worker/http/proxy_header.hpp"

#include <gmock/gmock.h>

#include <string>

namespace ekiden::worker {
namespace {

using shared::ProxyProtocol;
using testing::HasSubstr;
using State = ProxyHeader::State;

ProxyHeader read(const std::string& bytes, ProxyProtocol allowed = ProxyProtocol::any) {
  return read_proxy_header(bytes, allowed);
}

/// The client that the header names, or what is wrong with it.
std::string client(const std::string& bytes) {
  const ProxyHeader header = read(bytes + "GET /");
  if (header.state == State::incomplete) return "incomplete";
  if (header.state == State::refused) return std::string(header.fault);
  EXPECT_EQ(header.size, bytes.size());
  return header.client;
}

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr char kLocal = 0x20, kProxy = 0x21;

std::string version2(char command, char family, const std::string& rest) {
  return kSignature + command + family + static_cast<char>(rest.size() >> 8) +
         static_cast<char>(rest.size() & 0xff) + rest;
}

const std::string kIpv4("\xc0\x00\x02\x01\x0a\x00\x00\x02\xdc\x04\x01\xbb", 12);

/// 2001:db8::1 and 2001:db8::2, with ports.
std::string ipv6() {
  std::string address("\x20\x01\x0d\xb8", 4);
  address.append(11, '\0');
  return address + '\1' + address + '\2' + std::string("\xdc\x04\x01\xbb", 4);
}

TEST(ProxyHeader, VersionOneIsALineThatNamesTheClient) {
  EXPECT_EQ(client("PROXY TCP4 192.0.2.1 10.0.0.2 56324 443\r\n"), "192.0.2.1");
  EXPECT_EQ(client("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"),
            "255.255.255.255");
  EXPECT_EQ(client("PROXY TCP6 2001:DB8:0::1 ::1 0 443\r\n"), "2001:db8::1");
}

TEST(ProxyHeader, AnIpv4ClientIsTheSameInEitherFamily) {
  EXPECT_EQ(client("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:10.0.0.2 1 2\r\n"), "192.0.2.1");
  EXPECT_EQ(client("PROXY TCP6 ::ffff:c000:201 ::1 1 2\r\n"), "192.0.2.1");
}

TEST(ProxyHeader, OfAnUnknownClientTheRestOfTheLineIsIgnored) {
  EXPECT_EQ(client("PROXY UNKNOWN\r\n"), "");
  EXPECT_EQ(client("PROXY UNKNOWN 192.0.2.1 what ever\r\n"), "");
  EXPECT_EQ(client("PROXY UNKNOWN " + std::string(91, 'f') + "\r\n"), "") << "107 bytes";
}

TEST(ProxyHeader, VersionOneHasExactlyItsSixWords) {
  for (const char* line :
       {"PROXY TCP4  192.0.2.1 10.0.0.2 1 2\r\n", "PROXY TCP4 192.0.2.1 10.0.0.2 1\r\n",
        "PROXY TCP4 192.0.2.1 10.0.0.2 1 2 3\r\n", "PROXY TCP4 192.0.2.1 10.0.0.2 1 2 \r\n",
        "PROXY \r\n", "PROXY  TCP4 192.0.2.1 10.0.0.2 1\r\n", "PROXY TCP4\r\n"}) {
    EXPECT_EQ(read(line).state, State::refused) << line;
  }
  EXPECT_THAT(client("PROXY UDP4 192.0.2.1 10.0.0.2 1 2\r\n"), HasSubstr("another protocol"));
  EXPECT_THAT(client("PROXY tcp4 192.0.2.1 10.0.0.2 1 2\r\n"), HasSubstr("another protocol"));
  EXPECT_EQ(read("PROXY UNKNOWNS\r\n").state, State::refused);
}

TEST(ProxyHeader, AddressesOfVersionOneAreOfItsFamily) {
  for (const char* line :
       {"PROXY TCP4 192.0.2 10.0.0.2 1 2\r\n", "PROXY TCP4 192.0.2.256 10.0.0.2 1 2\r\n",
        "PROXY TCP4 192.0.2.01 10.0.0.2 1 2\r\n", "PROXY TCP4 ::1 10.0.0.2 1 2\r\n",
        "PROXY TCP4 192.0.2.1 ::1 1 2\r\n", "PROXY TCP6 192.0.2.1 ::1 1 2\r\n",
        "PROXY TCP6 fe80::1%lo ::1 1 2\r\n", "PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2\r\n",
        "PROXY TCP6 ::1 here 1 2\r\n"}) {
    EXPECT_THAT(client(line), HasSubstr("An address")) << line;
  }
  const std::string zero("PROXY TCP4 192.0.2.1\0 10.0.0.2 1 2\r\n", 37);
  EXPECT_THAT(client(zero), HasSubstr("An address"));
}

TEST(ProxyHeader, PortsOfVersionOneAreNumbersOf16Bits) {
  for (const char* ports : {"65536 1", "1 65536", "-1 1", "+1 1", "01 1", "1 00", "x 1", "1 1x"}) {
    const std::string line = std::string("PROXY TCP4 192.0.2.1 10.0.0.2 ") + ports + "\r\n";
    EXPECT_THAT(client(line), HasSubstr("A port")) << line;
  }
}

TEST(ProxyHeader, VersionOneEndsWithBothCharactersOfALineEnd) {
  EXPECT_THAT(client("PROXY TCP4 192.0.2.1 10.0.0.2 1 2\n"), HasSubstr("CRLF"));
  EXPECT_THAT(client("PROXY TCP4 192.0.2.1 10.0.0.2 1 2\r"), HasSubstr("CRLF"));
  EXPECT_THAT(client("PROXY UNKNOWN a\nb\r\n"), HasSubstr("CRLF"));
  EXPECT_THAT(client("PROXY UNKNOWN a\rb\r\n"), HasSubstr("CRLF"));
}

TEST(ProxyHeader, VersionOneHas107BytesAtMost) {
  const std::string line = "PROXY UNKNOWN " + std::string(92, 'f');
  EXPECT_EQ(read(line).state, State::incomplete) << "106 bytes";
  EXPECT_THAT(read(line + "\r").fault, HasSubstr("longer than 107 bytes"));
  EXPECT_THAT(read(line + "\r\n").fault, HasSubstr("longer than 107 bytes"));
}

TEST(ProxyHeader, VersionTwoNamesTheClientInBinary) {
  EXPECT_EQ(client(version2(kProxy, 0x11, kIpv4)), "192.0.2.1");
  EXPECT_EQ(client(version2(kProxy, 0x12, kIpv4)), "192.0.2.1") << "a datagram's";
  EXPECT_EQ(client(version2(kProxy, 0x21, ipv6())), "2001:db8::1");
  EXPECT_EQ(client(version2(kProxy, 0x31, std::string(216, 'x'))), "unix:");
}

TEST(ProxyHeader, ConnectionsOfTheBalancerItselfNameNobody) {
  EXPECT_EQ(client(version2(kLocal, 0x00, "")), "");
  EXPECT_EQ(client(version2(kLocal, 0x11, kIpv4)), "");
  EXPECT_EQ(client(version2(kLocal, '\xff', "what ever")), "");
}

TEST(ProxyHeader, UnspecifiedFamiliesAndTransportsNameNobody) {
  EXPECT_EQ(client(version2(kProxy, 0x00, "")), "");
  EXPECT_EQ(client(version2(kProxy, 0x01, kIpv4)), "");
  EXPECT_EQ(client(version2(kProxy, 0x10, kIpv4)), "");
}

TEST(ProxyHeader, WhatFollowsTheAddressesOfVersionTwoIsSkipped) {
  const std::string extension("\x04\x00\x03xyz", 6);
  EXPECT_EQ(client(version2(kProxy, 0x11, kIpv4 + extension)), "192.0.2.1");
  EXPECT_EQ(client(version2(kProxy, 0x11, kIpv4 + std::string(4096 - 28, 'x'))), "192.0.2.1");
}

TEST(ProxyHeader, VersionTwoHas4096BytesAtMost) {
  const std::string longer = version2(kProxy, 0x11, kIpv4 + std::string(4097 - 28, 'x'));
  EXPECT_THAT(read(longer.substr(0, 16)).fault, HasSubstr("longer than 4096 bytes"));
}

TEST(ProxyHeader, OtherVersionsCommandsFamiliesAndTransportsAreRefused) {
  for (const char command : {'\x11', '\x31', '\x22', '\x2f'}) {
    EXPECT_THAT(client(version2(command, 0x11, kIpv4)), HasSubstr("unknown command"));
  }
  for (const char family : {'\x41', '\xf1', '\x13', '\x1f'}) {
    EXPECT_THAT(client(version2(kProxy, family, kIpv4)), HasSubstr("unknown address family"));
  }
}

TEST(ProxyHeader, TheAddressesOfVersionTwoFitIntoIt) {
  EXPECT_THAT(client(version2(kProxy, 0x11, kIpv4.substr(1))), HasSubstr("too short"));
  EXPECT_THAT(client(version2(kProxy, 0x21, ipv6().substr(1))), HasSubstr("too short"));
  EXPECT_THAT(client(version2(kProxy, 0x31, std::string(215, 'x'))), HasSubstr("too short"));
}

TEST(ProxyHeader, IsIncompleteUntilItsLastByte) {
  for (const std::string& whole :
       {std::string("PROXY TCP6 ::1 ::1 1 2\r\n"), version2(kProxy, 0x11, kIpv4 + "more"),
        version2(kLocal, 0, "")}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(read(whole.substr(0, size)).state, State::incomplete) << size;
    }
    EXPECT_EQ(read(whole).state, State::complete);
  }
}

TEST(ProxyHeader, AnythingElseIsRefusedAtItsFirstWrongByte) {
  for (const char* bytes : {"G", "\x16", "PR\r", "PROXY\t", "PROXY\r", "\r\n\r\nG", "\r\rx"}) {
    EXPECT_THAT(read(bytes).fault, HasSubstr("does not begin with a PROXY header")) << bytes;
  }
}

TEST(ProxyHeader, OnlyTheVersionThatWasAskedForIsTaken) {
  const std::string one = "PROXY UNKNOWN\r\n", two = version2(kLocal, 0, "");
  EXPECT_EQ(read(one, ProxyProtocol::version1).state, State::complete);
  EXPECT_EQ(read(two, ProxyProtocol::version2).state, State::complete);
  EXPECT_THAT(read(one, ProxyProtocol::version2).fault, HasSubstr("has to be of version 2"));
  EXPECT_THAT(read(two, ProxyProtocol::version1).fault, HasSubstr("has to be of version 1"));
  EXPECT_EQ(read("", ProxyProtocol::version2).state, State::incomplete);
}

}  // namespace
}  // namespace ekiden::worker
