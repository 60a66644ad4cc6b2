// SPDX-License-Identifier: MIT
#include "worker/dispatch/static_content.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/worker/unpacked.hpp"

namespace ekiden::worker {
namespace {

TEST(Etag, MatchesInEveryFormAClientSendsItBack) {
  for (const char* header :
       {"\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "\"abc-br\"", "W/\"abc-gzip\"", "*"}) {
    EXPECT_TRUE(etag_matches(header, "abc")) << header;
  }
}

TEST(Etag, DoesNotMatchAnythingElse) {
  for (const char* header : {"", "abc", "\"ab\"", "\"abcd\"", "\"abc", "\"\"", "W/", ", ,"}) {
    EXPECT_FALSE(etag_matches(header, "abc")) << header;
  }
}

TEST(PreparedContent, KeepsSmallerFormsThatUnpackToTheSameBytes) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + ",";
  const PreparedContent content(text, "text/plain");
  const StaticContent view = content.view();

  EXPECT_LT(view.gzip.size(), text.size());
  EXPECT_LT(view.brotli.size(), text.size());
  EXPECT_EQ(test::un_gzipped(view.gzip, text.size()), text);
  EXPECT_EQ(test::un_brotlied(view.brotli, text.size()), text);
}

TEST(PreparedContent, IsNotCompressedIfThatSavesNothing) {
  EXPECT_EQ(PreparedContent(std::string(1024, 'a'), "text/plain").view().gzip, "");
  EXPECT_EQ(PreparedContent(std::string(5000, 'a'), "image/png", false).view().brotli, "");
}

TEST(PreparedContent, SurvivesBeingMoved) {
  std::vector<PreparedContent> all;
  for (int i = 0; i < 10; ++i) all.emplace_back(std::to_string(i), "text/plain");

  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].view().identity, std::to_string(i));
  }
}

}  // namespace
}  // namespace ekiden::worker
