// SPDX-License-Identifier: MIT
#include "worker/dispatch/suites.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/site.hpp"

namespace ekiden::worker {
namespace {

using test::Answer;
using test::Site;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kRenderer =
    "/_dash-component-suites/dash/dash-renderer/build/dash_renderer";

std::string url(std::string_view rest) { return std::string(kRenderer).append(rest); }

Site site() {
  return Site([](App& app) { app.layout("x"); });
}

TEST(SuitePath, IsTakenApartAtTheFirstDotOfTheName) {
  const SuitePath path = parse_suite_path("dash/deps/react@18.v4_3_0m1a2b3c.3.1.min.js");

  EXPECT_EQ(path.package, "dash");
  EXPECT_EQ(path.path, "deps/react@18.3.1.min.js");
  EXPECT_EQ(path.fingerprint, "v4_3_0m1a2b3c");
}

TEST(SuitePath, WithoutFingerprintStaysAsItIs) {
  for (const char* name :
       {"a.js", "a.min.js", "a.v1.js", "a.v1_0m.js", "a.vm12.js", "a.v1mxyz.js", "a", "v1m2.js"}) {
    const SuitePath path = parse_suite_path(std::string("dash/dcc/") + name);

    EXPECT_EQ(path.path, std::string("dcc/") + name);
    EXPECT_EQ(path.fingerprint, "") << name;
  }
}

TEST(SuitePath, OfEveryFingerprintedFileLeadsBackToThatFile) {
  for (const SuiteFile& file : test::small_suites().files) {
    const SuitePath path = parse_suite_path(fingerprinted_path(file));

    EXPECT_EQ(path.package, file.package);
    EXPECT_EQ(path.path, file.path);
    EXPECT_NE(path.fingerprint, "");
  }
}

TEST(SuitePath, CarriesVersionAndContentInItsFingerprint) {
  const SuiteFile& renderer = test::small_suites().files[0];

  EXPECT_EQ(fingerprinted_path(renderer),
            "dash/dash-renderer/build/dash_renderer.v3_4_1maaaaaaaaaa.min.js");
}

TEST(Suites, AreKeptForAYearUnderTheirFingerprint) {
  const Answer answer = site().get(url(".v3_4_1maaaaaaaaaa.min.js"));

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "renderer()");
  EXPECT_EQ(answer.type, "application/javascript; charset=utf-8");
  EXPECT_THAT(answer.headers, HasSubstr("Cache-Control: public, max-age=31536000, immutable\r\n"));
}

TEST(Suites, AreServedButNotKeptUnderTheFingerprintOfAnotherBuild) {
  const Answer answer = site().get(url(".v3_3_0m1790032440.min.js"));

  EXPECT_EQ(answer.body, "renderer()");
  EXPECT_THAT(answer.headers,
              AllOf(HasSubstr("Cache-Control: no-cache\r\n"), Not(HasSubstr("immutable"))));
}

TEST(Suites, AreRevalidatedUnderTheirPlainName) {
  const Answer first = site().get("/_dash-component-suites/dash/dcc/async-graph.js");
  EXPECT_EQ(first.body, "graph()");
  EXPECT_THAT(first.headers, HasSubstr("ETag: \"bbbbbbbbbbbbbbbb\"\r\n"));

  const Answer again = site().get("/_dash-component-suites/dash/dcc/async-graph.js",
                                  {{"If-None-Match", "\"bbbbbbbbbbbbbbbb\""}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
}

TEST(Suites, ServePlotlyWhereTheRendererLooksForIt) {
  const Answer answer = site().get("/_dash-component-suites/plotly/package_data/plotly.min.js");

  EXPECT_EQ(answer.body, "plotly()");
}

TEST(Suites, AreCompressedAsTheClientAccepts) {
  const Answer brotli = site().get(url(".min.js"), {{"Accept-Encoding", "gzip, deflate, br"}});
  EXPECT_EQ(brotli.body, "BROTLI");
  EXPECT_THAT(brotli.headers,
              AllOf(HasSubstr("Content-Encoding: br\r\n"), HasSubstr("Vary: Accept-Encoding\r\n")));

  const Answer gzip = site().get(url(".min.js"), {{"Accept-Encoding", "gzip, br;q=0"}});
  EXPECT_EQ(gzip.body, "GZIP");
  EXPECT_THAT(gzip.headers, HasSubstr("Content-Encoding: gzip\r\n"));

  const Answer plain = site().get(url(".min.js"));
  EXPECT_EQ(plain.body, "renderer()");
  EXPECT_THAT(plain.headers,
              AllOf(Not(HasSubstr("Content-Encoding")), HasSubstr("Vary: Accept-Encoding\r\n")));
}

TEST(Suites, AnswerNotFoundForAnythingThatIsNotInThePack) {
  for (const char* path :
       {"", "dash", "dash/", "dash/dcc/missing.js", "other/dcc/async-graph.js",
        "dash/../plotly/package_data/plotly.min.js", "dash/dcc/../../etc/passwd", "//etc/passwd"}) {
    EXPECT_EQ(site().get(std::string("/_dash-component-suites/") + path).status, 404) << path;
  }
}

}  // namespace
}  // namespace ekiden::worker
