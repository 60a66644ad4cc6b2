// SPDX-License-Identifier: MIT
#include "worker/dispatch/static_content.hpp"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "tests/support/site.hpp"

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

std::string un_gzipped(std::string_view bytes, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  inflateInit2(&stream, MAX_WBITS + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return result == Z_STREAM_END ? out : "not a whole gzip stream of that size";
}

std::string un_brotlied(std::string_view bytes, std::size_t size) {
  std::string out(size, '\0');
  const auto result =
      BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()),
                              &size, reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(size);
  return result == BROTLI_DECODER_RESULT_SUCCESS ? out : "not a whole brotli stream of that size";
}

TEST(PreparedContent, KeepsSmallerFormsThatUnpackToTheSameBytes) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + ",";
  const PreparedContent content(text, "text/plain");
  const StaticContent view = content.view();

  EXPECT_LT(view.gzip.size(), text.size());
  EXPECT_LT(view.brotli.size(), text.size());
  EXPECT_EQ(un_gzipped(view.gzip, text.size()), text);
  EXPECT_EQ(un_brotlied(view.brotli, text.size()), text);
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
