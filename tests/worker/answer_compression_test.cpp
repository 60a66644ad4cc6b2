// SPDX-License-Identifier: MIT
#include "worker/dispatch/answer_compression.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <ekiden/figure.hpp>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/worker/samples.hpp"
#include "tests/worker/unpacked.hpp"

namespace ekiden::worker {
namespace {

constexpr std::size_t kMinBytes = 1024;

Request accepting(std::string_view codings) {
  Request request;
  request.headers = {{"accept-encoding", codings}};
  return request;
}

Response with_body(std::string body, std::string headers = {}) {
  Response response;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return response;
}

Response compressed(Response response, const Request& request = accepting("gzip"),
                    std::size_t min_bytes = kMinBytes) {
  compress_answer(request, min_bytes, response);
  return response;
}

bool is_plain(const Response& response) { return !response.header("Content-Encoding"); }

TEST(AnswerCompression, PacksAsTheClientTakesIt) {
  const std::string text = test::rows(5000);

  const Response gzip = compressed(with_body(text), accepting("gzip, br;q=0.9"));
  EXPECT_EQ(gzip.headers, "Vary: Accept-Encoding\r\nContent-Encoding: gzip\r\n");
  EXPECT_EQ(test::un_gzipped(gzip.body, text.size()), text);

  const Response brotli = compressed(with_body(text), accepting("gzip, deflate, br, zstd"));
  EXPECT_EQ(brotli.headers, "Vary: Accept-Encoding\r\nContent-Encoding: br\r\n");
  EXPECT_EQ(test::un_brotlied(brotli.body, text.size()), text);
}

TEST(AnswerCompression, PacksWhatIsOtherwiseEncodedWhenItIsSent) {
  std::vector<std::int32_t> numbers(300'000);
  std::iota(numbers.begin(), numbers.end(), 0);
  const Json array = typed_array(std::span<const std::int32_t>(numbers));
  const Json figure{{"x", array}, {"text", "between"}, {"y", array}};
  const std::string whole = figure.dump();
  for (const char* coding : {"gzip", "br"}) {
    Response response;
    {
      const LateBase64::Collecting collecting(response.body, response.late);
      figure.write(response.body);
    }
    ASSERT_FALSE(response.late.empty());
    const Response packed = compressed(std::move(response), accepting(coding));
    EXPECT_TRUE(packed.late.empty());
    EXPECT_LT(packed.body.size(), whole.size() * 4 / 5);
    EXPECT_EQ(coding == std::string_view("br") ? test::un_brotlied(packed.body, whole.size())
                                               : test::un_gzipped(packed.body, whole.size()),
              whole);
  }
}

TEST(AnswerCompression, LeavesItToClientsThatTakeItOnlyAsItIs) {
  const std::string text = test::rows(5000);
  for (const char* codings : {"", "identity", "gzip;q=0", "deflate, zstd", "*;q=0"}) {
    const Response response = compressed(with_body(text), accepting(codings));
    EXPECT_EQ(response.body, text) << codings;
    EXPECT_EQ(response.headers, "Vary: Accept-Encoding\r\n") << codings;
  }
  EXPECT_EQ(compressed(with_body(text), Request()).body, text);
}

TEST(AnswerCompression, BeginsAtTheMinimum) {
  const Response small = compressed(with_body(test::rows(kMinBytes - 1)));
  EXPECT_EQ(small.headers, "");
  EXPECT_EQ(small.body.size(), kMinBytes - 1);

  EXPECT_FALSE(is_plain(compressed(with_body(test::rows(kMinBytes)))));
}

TEST(AnswerCompression, IsOffWithoutAMinimum) {
  EXPECT_EQ(compressed(with_body(test::rows(5000)), accepting("gzip"), 0).headers, "");
}

TEST(AnswerCompression, LeavesAloneWhatHardlyShrinks) {
  for (const std::size_t size : {kMinBytes, std::size_t{100'000}}) {
    const std::string image = test::chance(size);
    EXPECT_EQ(compressed(with_body(image)).body, image);
    EXPECT_FALSE(is_plain(compressed(with_body(test::base64_of_chance(size)))));
  }
}

TEST(AnswerCompression, LeavesAloneWhatHasHeadersAboutItsBytes) {
  const std::string text = test::rows(5000);
  for (const char* headers : {"Content-Encoding: zstd\r\n", "content-range: bytes 0-4999/9999\r\n",
                              "ETag: \"v1\"\r\n", "etag:\"v1\"\r\n"}) {
    const Response response = compressed(with_body(text, headers));
    EXPECT_EQ(response.body, text) << headers;
    EXPECT_EQ(response.headers, headers);
  }
  EXPECT_FALSE(is_plain(compressed(with_body(text, "ETag: W/\"v1\"\r\n"))));
}

TEST(AnswerCompression, LeavesErrorsAndPartsAlone) {
  for (const int status : {206, 304, 404, 500}) {
    Response response = with_body(test::rows(5000));
    response.status = status;
    EXPECT_TRUE(is_plain(compressed(std::move(response)))) << status;
  }
}

TEST(AnswerCompression, IsSparedForClientsThatHaveLeft) {
  const std::atomic<bool> has_left = true, stays = false;
  Request request = accepting("gzip");

  request.cancelled = &has_left;
  EXPECT_TRUE(is_plain(compressed(with_body(test::rows(5000)), request)));
  request.cancelled = &stays;
  EXPECT_FALSE(is_plain(compressed(with_body(test::rows(5000)), request)));
}

}  // namespace
}  // namespace ekiden::worker
