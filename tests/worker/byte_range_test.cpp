// SPDX-License-Identifier: MIT
// Range requests for assets; RFC 9110, section 14.
#include "worker/dispatch/byte_range.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/site.hpp"
#include "tests/support/temporary_folder.hpp"

namespace ekiden::worker {
namespace {

using Kind = ByteRange::Kind;
using test::Answer;
using test::Site;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

void expect_part(const char* header, std::size_t first, std::size_t length) {
  const ByteRange range = byte_range(header, 10);
  EXPECT_EQ(range.kind, Kind::part) << header;
  EXPECT_EQ(range.first, first) << header;
  EXPECT_EQ(range.length, length) << header;
}

TEST(ByteRange, IsReadInItsThreeForms) {
  expect_part("bytes=0-0", 0, 1);
  expect_part("bytes=2-5", 2, 4);
  expect_part("Bytes=2-99", 2, 8);
  expect_part("bytes=9-", 9, 1);
  expect_part("bytes=-3", 7, 3);
  expect_part("bytes=-99", 0, 10);
  expect_part("bytes=3-99999999999999999999999", 3, 7);
}

TEST(ByteRange, IsUnsatisfiableBeyondTheEnd) {
  for (const char* header :
       {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(byte_range(header, 10).kind, Kind::unsatisfiable) << header;
  }
  EXPECT_EQ(byte_range("bytes=0-", 0).kind, Kind::unsatisfiable);
  EXPECT_EQ(byte_range("bytes=-1", 0).kind, Kind::unsatisfiable);
}

TEST(ByteRange, IsIgnoredIfItIsNone) {
  for (const char* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1-b", "bytes=0-1,3-4",
        "lines=0-1", "bytes=+1-2", "bytes=--1"}) {
    EXPECT_EQ(byte_range(header, 10).kind, Kind::all) << header;
  }
}

/// A site with the asset "a.txt", long enough to be compressed.
class RangeOfAnAsset : public ::testing::Test {
 protected:
  RangeOfAnAsset() {
    for (char c = 'a'; c <= 'z'; ++c) text_ += std::string(100, c);
    folder_.write("a.txt", text_);
    site_.emplace([](App& app) { app.layout("x"); }, SiteOptions{}, Assets::load(folder_.path()));
  }
  Answer get(Site::Headers headers) { return site_->get("/assets/a.txt", std::move(headers)); }

  std::string text_;
  test::TemporaryFolder folder_;
  std::optional<Site> site_;
};

TEST_F(RangeOfAnAsset, IsSentUncompressed) {
  const Answer answer = get({{"Range", "bytes=99-100"}, {"Accept-Encoding", "br, gzip"}});

  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.body, "ab");
  EXPECT_THAT(answer.headers,
              AllOf(HasSubstr("Content-Range: bytes 99-100/2600\r\n"), HasSubstr("ETag: \""),
                    HasSubstr("Vary: Accept-Encoding\r\n"), Not(HasSubstr("Content-Encoding"))));
}

TEST_F(RangeOfAnAsset, BeyondItsEndIsRefused) {
  const Answer answer = get({{"Range", "bytes=2600-"}});

  EXPECT_EQ(answer.status, 416);
  EXPECT_EQ(answer.body, "");
  EXPECT_THAT(answer.headers, HasSubstr("Content-Range: bytes */2600\r\n"));
}

TEST_F(RangeOfAnAsset, IsOfferedAndIgnoredWhereItDoesNotApply) {
  EXPECT_THAT(get({}).headers, HasSubstr("Accept-Ranges: bytes\r\n"));
  EXPECT_EQ(get({{"Range", "bytes=0-1,5-6"}}).body, text_);
  EXPECT_EQ(site_->ask(Method::head, "/assets/a.txt", {{"Range", "bytes=0-1"}}).status, 200);
  EXPECT_EQ(get({{"Range", "bytes=0-1"}, {"If-None-Match", "*"}}).status, 304);
}

TEST_F(RangeOfAnAsset, IsOnlyOfTheVersionThatTheClientHas) {
  const std::string headers = get({}).headers;
  const auto tag = headers.substr(headers.find("ETag: ") + 6, 18);

  EXPECT_EQ(get({{"Range", "bytes=0-1"}, {"If-Range", tag}}).status, 206) << tag;
  EXPECT_EQ(get({{"Range", "bytes=0-1"}, {"If-Range", "\"other\""}}).status, 200);
}

}  // namespace
}  // namespace ekiden::worker
