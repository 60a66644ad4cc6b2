// SPDX-License-Identifier: MIT
#include "worker/dispatch/content_coding.hpp"

#include <gtest/gtest.h>

namespace ekiden::worker {
namespace {

Encoding preferred(std::string_view header) { return preferred_encoding(header, true, true); }

TEST(AcceptEncoding, MeansIdentityIfAbsent) { EXPECT_EQ(preferred(""), Encoding::identity); }

TEST(AcceptEncoding, PrefersBrotliAmongEquals) {
  EXPECT_EQ(preferred("gzip, deflate, br"), Encoding::brotli);
  EXPECT_EQ(preferred("br;q=0.5, gzip;q=0.5"), Encoding::brotli);
  EXPECT_EQ(preferred("*"), Encoding::brotli);
}

TEST(AcceptEncoding, FollowsTheQualities) {
  EXPECT_EQ(preferred("br;q=0.1, gzip"), Encoding::gzip);
  EXPECT_EQ(preferred("br ; q=0.9 , gzip ; q=0.8"), Encoding::brotli);
  EXPECT_EQ(preferred("gzip;q=0.001"), Encoding::gzip);
}

TEST(AcceptEncoding, NeverPicksWhatHasQualityZero) {
  EXPECT_EQ(preferred("br;q=0, gzip"), Encoding::gzip);
  EXPECT_EQ(preferred("br;q=0.0, gzip;q=0.000"), Encoding::identity);
  EXPECT_EQ(preferred("*;q=0"), Encoding::identity);
  EXPECT_EQ(preferred("br;q=0, *"), Encoding::gzip);
}

TEST(AcceptEncoding, IsReadInAnyCaseAndSpacing) {
  EXPECT_EQ(preferred("BR"), Encoding::brotli);
  EXPECT_EQ(preferred("\tGZip\t;\tQ=1 "), Encoding::gzip);
}

TEST(AcceptEncoding, SurvivesNonsense) {
  for (const char* header :
       {",,;", "q=1", ";q=1", "br;q=", "gzip;q=x", "gzip;q=-1", "brx, xgzip"}) {
    EXPECT_EQ(preferred(header), Encoding::identity) << header;
  }
}

TEST(AcceptEncoding, PicksOnlyWhatThereIs) {
  EXPECT_EQ(preferred_encoding("br, gzip", true, false), Encoding::gzip);
  EXPECT_EQ(preferred_encoding("br, gzip", false, false), Encoding::identity);
}

}  // namespace
}  // namespace ekiden::worker
