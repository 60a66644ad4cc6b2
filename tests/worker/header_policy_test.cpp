// SPDX-License-Identifier: MIT
#include "worker/http/header_policy.hpp"

#include <gmock/gmock.h>

#include <string>

namespace ekiden::worker {
namespace {

struct Parsed {
  Request request;
  Framing framing;
  Rejection rejection;
};

Parsed parse(const std::string& head) {
  Parsed parsed;
  parsed.rejection = parse_head(head, HeadLimits{}, parsed.request, parsed.framing);
  return parsed;
}

Parsed get(const std::string& target, const std::string& fields = "") {
  return parse("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
}

TEST(HeaderPolicy, TakesARequestApart) {
  const Parsed parsed = parse(
      "POST /a%20b/%C3%A9?x=%201&y HTTP/1.1\r\nHost: [::1]:8050\r\nX-One:\t 1 \r\nx-two: a b\r\n"
      "Content-Length: 12\r\n\r\n");

  ASSERT_FALSE(parsed.rejection) << parsed.rejection.text;
  EXPECT_EQ(parsed.request.method, Method::post);
  EXPECT_EQ(parsed.request.target, "/a%20b/%C3%A9?x=%201&y");
  EXPECT_EQ(parsed.request.path, "/a b/\xc3\xa9");
  EXPECT_EQ(parsed.request.query, "x=%201&y");
  EXPECT_EQ(parsed.request.header("x-ONE"), "1");
  EXPECT_EQ(parsed.request.header("X-Two"), "a b");
  EXPECT_EQ(parsed.framing.length, 12u);
  EXPECT_TRUE(parsed.framing.keep_alive);
}

TEST(HeaderPolicy, AFieldGoesOnUntilItsLineEndsAndHoldsNoControlCharacter) {
  for (std::size_t length = 0; length < 20; ++length) {
    const std::string begin(length, 'v');

    EXPECT_EQ(get("/", "X: " + begin + "\xc3\xa9\t.\r\nY: z\r\n").request.header("X"),
              begin + "\xc3\xa9\t.");
    for (const std::string control : {"\r", "\n", "\r\r\n", "\x7f", "\x1f", "\v"}) {
      EXPECT_EQ(get("/", "X: " + begin + control + "more of it\r\n").rejection.status, 400);
    }
  }
}

TEST(HeaderPolicy, DotSegmentsAreLeftToWhoeverOpensFiles) {
  EXPECT_EQ(get("/a/../%2e%2e/b").request.path, "/a/../../b");
}

TEST(HeaderPolicy, QueriesMayHoldWhatBrowsersLeaveUnescaped) {
  EXPECT_EQ(get("/?a=|{}\\^`'").request.query, "a=|{}\\^`'");
  EXPECT_EQ(get("/a\\b").rejection.status, 400);
}

TEST(HeaderPolicy, AbsoluteTargetsNeedNoPath) {
  const Parsed parsed = get("http://h?q");

  EXPECT_EQ(parsed.request.path, "/");
  EXPECT_EQ(parsed.request.query, "q");
  EXPECT_EQ(parsed.request.header("Host"), "h");
}

TEST(HeaderPolicy, AsteriskIsForOptions) {
  EXPECT_EQ(parse("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").request.path, "*");
  EXPECT_EQ(get("*").rejection.status, 400);
}

TEST(HeaderPolicy, KeepAliveFollowsVersionAndConnectionOptions) {
  EXPECT_TRUE(get("/").framing.keep_alive);
  EXPECT_FALSE(get("/", "Connection: a,,CLOSE\r\n").framing.keep_alive);
  EXPECT_FALSE(get("/", "Connection: close\r\nConnection: keep-alive\r\n").framing.keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").framing.keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").framing.keep_alive);
}

TEST(HeaderPolicy, ASecondHeadBehindTheFirstIsNotAHead) {
  EXPECT_EQ(parse("GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n").rejection.status, 400);
}

TEST(HeadScanner, FindsTheEndWhereverTheBytesAreSplit) {
  const std::string head = "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string bytes = head + "body";
  for (std::size_t split = 0; split <= head.size(); ++split) {
    HeadScanner scanner;
    if (split < head.size()) {
      EXPECT_EQ(scanner.scan(std::string_view(bytes).substr(0, split), {}),
                HeadScanner::State::incomplete);
    }

    EXPECT_EQ(scanner.scan(bytes, {}), HeadScanner::State::complete);
    EXPECT_EQ(scanner.begin(), 2u);
    EXPECT_EQ(scanner.end(), head.size());
  }
}

}  // namespace
}  // namespace ekiden::worker
