// SPDX-License-Identifier: MIT
#include "worker/http/chunked_body.hpp"

#include <gmock/gmock.h>

#include <string>

namespace ekiden::worker {
namespace {

using State = ChunkedBody::State;

TEST(ChunkedBody, DecodesTheSameWhereverTheBytesAreSplit) {
  const std::string bytes = "4\r\nwiki\r\n00a;n=v\r\n0123456789\r\n0\r\nT: x\r\n\r\n";
  for (std::size_t split = 0; split < bytes.size(); ++split) {
    ChunkedBody chunks{HeadLimits{}};
    std::string body;
    std::size_t consumed = 0;

    EXPECT_EQ(chunks.feed(bytes.substr(0, split), consumed, body), State::incomplete);
    EXPECT_EQ(consumed, split);
    EXPECT_EQ(chunks.feed(bytes.substr(split), consumed, body), State::complete);
    EXPECT_EQ(body, "wiki0123456789");
  }
}

TEST(ChunkedBody, LeavesWhatFollowsTheBody) {
  ChunkedBody chunks{HeadLimits{}};
  std::string body;
  std::size_t consumed = 0;

  EXPECT_EQ(chunks.feed("1\r\nx\r\n0\r\n\r\nGET", consumed, body), State::complete);

  EXPECT_EQ(consumed, 11u);
}

TEST(ChunkedBody, AnnouncedSizesAreAddedUpBeforeTheyArrive) {
  HeadLimits limits;
  limits.body_bytes = 10;
  ChunkedBody chunks{limits};
  std::string body;
  std::size_t consumed = 0;

  EXPECT_EQ(chunks.feed("5\r\nhello\r\n6\r\n", consumed, body), State::refused);

  EXPECT_EQ(chunks.rejection().status, 413);
}

TEST(ChunkedBody, TheLargestSizeDoesNotWrapAround) {
  ChunkedBody chunks{HeadLimits{}};
  std::string body;
  std::size_t consumed = 0;

  EXPECT_EQ(chunks.feed("1\r\nx\r\nffffffffffffffff\r\n", consumed, body), State::refused);

  EXPECT_EQ(chunks.rejection().status, 413);
}

}  // namespace
}  // namespace ekiden::worker
