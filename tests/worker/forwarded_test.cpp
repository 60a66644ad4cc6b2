// SPDX-License-Identifier: MIT
#include "worker/http/forwarded.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace ekiden::worker {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

/// What a request through a proxy at 127.0.0.1 is read as.
Request read(Fields fields, std::string_view trusted = "127.0.0.1,10.0.0.0/8") {
  Request request;
  request.remote = "127.0.0.1";
  request.host = "inside:8050";
  request.headers = std::move(fields);
  EXPECT_TRUE(read_forwarded(shared::TrustedPeers::parse(trusted).value(), request));
  return request;
}

bool agree(Fields fields) {
  Request request;
  request.headers = std::move(fields);
  return read_forwarded({}, request);
}

std::string client(std::string_view list, std::string_view trusted = "127.0.0.1,10.0.0.0/8") {
  return read({{"x-forwarded-for", list}}, trusted).remote;
}

TEST(Forwarded, TheClientIsTheRightmostAddressThatIsNotTrusted) {
  EXPECT_EQ(client("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(client("198.51.100.9, 192.0.2.1, 10.1.1.1"), "192.0.2.1");
  EXPECT_EQ(client("10.3.3.3, 10.1.1.1"), "10.3.3.3");
  EXPECT_EQ(client("192.0.2.1, 10.1.1.1", "*"), "192.0.2.1");
}

TEST(Forwarded, ListsInSeveralFieldsAreOneList) {
  EXPECT_EQ(read({{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-For", "10.1.1.1"}}).remote,
            "192.0.2.1");
}

TEST(Forwarded, PortsAndBracketsAreNotTheAddress) {
  EXPECT_EQ(client("192.0.2.1:4711"), "192.0.2.1");
  EXPECT_EQ(client("[2001:db8::1]:4711"), "2001:db8::1");
  EXPECT_EQ(client("2001:db8::1"), "2001:db8::1");
}

TEST(Forwarded, WhatIsNoAddressEndsTheSearch) {
  EXPECT_EQ(client("unknown"), "127.0.0.1");
  EXPECT_EQ(client("192.0.2.1, [, 10.1.1.1"), "10.1.1.1");
  EXPECT_EQ(client("192.0.2.1,"), "127.0.0.1");
}

TEST(Forwarded, SchemeHostAndPrefixAreTheProxys) {
  const Request request = read({{"X-Forwarded-Proto", "HTTPS"},
                                {"X-Forwarded-Host", "evil.example, dash.example"},
                                {"X-Forwarded-Prefix", "/sales"}});
  EXPECT_EQ(request.scheme, "https");
  EXPECT_EQ(request.host, "dash.example");
  EXPECT_EQ(request.prefix, "/sales");
}

TEST(Forwarded, TheSchemeHasThreeFields) {
  EXPECT_EQ(read({{"X-Forwarded-Proto", "http, https"}}).scheme, "https");
  EXPECT_EQ(read({{"X-Forwarded-Protocol", "ssl"}}).scheme, "https");
  EXPECT_EQ(read({{"X-Forwarded-Protocol", "https"}}).scheme, "https");
  EXPECT_EQ(read({{"x-forwarded-ssl", "on"}}).scheme, "https");
  EXPECT_EQ(read({{"X-Forwarded-Ssl", "off"}}).scheme, "http");
  EXPECT_EQ(read({{"X-Forwarded-Ssl", "https"}}).scheme, "http") << "not a word of that field";
}

TEST(Forwarded, FieldsThatNameDifferentSchemesAreNoticed) {
  EXPECT_TRUE(agree({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Ssl", "on"}}));
  EXPECT_TRUE(agree({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Proto", "javascript"}}));
  EXPECT_FALSE(agree({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Ssl", "off"}}));
  EXPECT_FALSE(agree({{"X-Forwarded-Protocol", "ssl"}, {"X-Forwarded-Proto", "http"}}));
  EXPECT_FALSE(agree({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Proto", "http"}}));
}

TEST(Forwarded, MalformedOnesAreNotHeeded) {
  const Request request = read({{"X-Forwarded-Proto", "javascript"},
                                {"X-Forwarded-Host", "a b"},
                                {"X-Forwarded-Prefix", "//evil.example"},
                                {"X-Request-Id", "a b"}});
  EXPECT_EQ(request.scheme, "http");
  EXPECT_EQ(request.host, "inside:8050");
  EXPECT_EQ(request.prefix, "");
  EXPECT_EQ(request.request_id, "");
}

TEST(Forwarded, RequestIdsAreAtMost128PlainCharacters) {
  const std::string longest(128, 'a');
  EXPECT_EQ(read({{"X-Request-ID", longest}}).request_id, longest);
  EXPECT_EQ(read({{"X-Request-ID", longest + 'a'}}).request_id, "");
  EXPECT_EQ(read({{"X-Request-ID", "A-z_0.9"}}).request_id, "A-z_0.9");
}

TEST(RequestIds, AreHexadecimalAndDiffer) {
  RequestIds ids;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    RequestIds::Digits digits;
    ids.next(digits);
    seen.emplace(digits.data(), digits.size());
  }
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_EQ(seen.begin()->find_first_not_of("0123456789abcdef"), std::string::npos);
}

}  // namespace
}  // namespace ekiden::worker
