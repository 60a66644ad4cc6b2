// SPDX-License-Identifier: MIT
// `ekiden doctor` before sites that are broken in one way each.
#include "server/doctor_tool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/canned_site.hpp"

namespace ekiden::server {
namespace {

using test::CannedSite;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kScript = "/s/_dash-component-suites/dash/dcc/dcc.v1_2_3m0a1b2c.js";
constexpr std::string_view kSheet = "/s/assets/style.css?m=1";
constexpr std::string_view kHtml =
    "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-cache\r\n";
constexpr std::string_view kJson = "Content-Type: application/json\r\nCache-Control: no-cache\r\n";
constexpr std::string_view kScriptFields =
    "Content-Type: application/javascript\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
    "Cache-Control: public, max-age=31536000, immutable\r\n";
const std::string kUpdate = "POST /s/_dash-update-component";

std::string page(std::string_view config = R"({"requests_pathname_prefix":"/s/","ui":false})") {
  return "<title>Shop</title><link rel=stylesheet href=" + std::string(kSheet) +
         "><script id=_dash-config>" + std::string(config) +
         "</script><script src=" + std::string(kScript) +
         "></script><script id=_dash-renderer>go()</script>";
}

/// A site at /s/ about which there is nothing to say.
CannedSite::Answers healthy() {
  const auto get = [](std::string_view path) { return "GET " + std::string(path); };
  return {{"GET /s/", CannedSite::answer(200, kHtml, page())},
          {"GET /s/_dash-layout", CannedSite::answer(200, kJson, R"({"type":"Div"})")},
          {"GET /s/_dash-dependencies", CannedSite::answer(200, kJson, "[{},{}]")},
          {get(kScript), CannedSite::answer(200, kScriptFields, std::string(9000, 'x'))},
          {get(kSheet), CannedSite::answer(200, "Content-Type: text/css\r\n", "p{}")},
          {kUpdate, CannedSite::answer(400, kJson, "{}")}};
}

/// What the tool says about a site at /s/.
ToolOutput examined(CannedSite::Answers answers, std::string_view path = "/s/") {
  const CannedSite site(std::move(answers));
  return run_doctor_tool({"--timeout", "5", site.url(path)});
}

/// As `examined`, with one answer of a healthy site replaced.
ToolOutput with(const std::string& request, std::string answer, std::string_view path = "/s/") {
  CannedSite::Answers answers = healthy();
  answers[request] = std::move(answer);
  return examined(std::move(answers), path);
}

TEST(Doctor, HasNothingToSayAboutAHealthySite) {
  const ToolOutput output = examined(healthy());

  EXPECT_EQ(output.exit_code, kDone);
  EXPECT_THAT(output.text, HasSubstr("12 ok, 0 warnings, 0 errors\n"));
  EXPECT_THAT(output.text, Not(HasSubstr("->")));
  EXPECT_THAT(output.text, HasSubstr("ok       dependencies  2 callbacks\n"));
  EXPECT_THAT(output.text, HasSubstr("ok       assets        1 script and 1 stylesheet load\n"));
}

TEST(Doctor, FollowsARedirectToTheApp) {
  const ToolOutput output = with("GET /s", CannedSite::answer(301, "Location: /s/\r\n", ""), "/s");

  EXPECT_EQ(output.exit_code, kDone) << output.text;
}

TEST(Doctor, RedirectsThatLeadAwayOrInCirclesAreErrors) {
  const ToolOutput away =
      with("GET /s/", CannedSite::answer(301, "Location: https://example.com/s/\r\n", ""));
  const ToolOutput circle = with("GET /s/", CannedSite::answer(302, "Location: /s/\r\n", ""));

  EXPECT_EQ(away.exit_code, 1);
  EXPECT_THAT(away.text, HasSubstr("leads to https://example.com/s/"));
  EXPECT_EQ(circle.exit_code, 1);
  EXPECT_THAT(circle.text, HasSubstr("from one address to the next"));
}

TEST(Doctor, AProxyWithoutItsAppIsToldFromAWrongPath) {
  EXPECT_THAT(with("GET /s/", CannedSite::answer(502, "", "bad gateway")).text,
              AllOf(HasSubstr("error    reachable"), HasSubstr("status 502"),
                    HasSubstr("The proxy does not reach the app")));
  EXPECT_THAT(examined(healthy(), "/t/").text,
              AllOf(HasSubstr("status 404"), HasSubstr("whether the path is the app's")));
}

TEST(Doctor, APageOfSomethingElseIsNamed) {
  const ToolOutput output =
      with("GET /s/", CannedSite::answer(200, kHtml, "<title>Welcome to nginx!</title>"));

  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.text, HasSubstr("the page 'Welcome to nginx!' is not of a Dash app"));
}

TEST(Doctor, APageThatDoesNotKnowItsPrefixIsToldWhichToSet) {
  CannedSite::Answers answers = healthy();
  answers["GET /s/"] = CannedSite::answer(200, kHtml, page(R"({"requests_pathname_prefix":"/"})"));

  const ToolOutput output = examined(answers);

  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.text,
              AllOf(HasSubstr("error    prefix        the page lies at /s/, but asks for what it "
                              "needs below /\n"),
                    HasSubstr("set DASH_REQUESTS_PATHNAME_PREFIX=/s/, else "
                              "DASH_URL_BASE_PATHNAME=/s/."),
                    HasSubstr("/_dash-layout answers with status 404")));
}

TEST(Doctor, APageBelowTheAppsPathIsAsGoodAsItsFirst) {
  const ToolOutput output =
      with("GET /s/west/1", CannedSite::answer(200, kHtml, page()), "/s/west/1");

  EXPECT_EQ(output.exit_code, kDone) << output.text;
}

TEST(Doctor, APageInPlaceOfTheLayoutIsAnError) {
  EXPECT_THAT(with("GET /s/_dash-layout", CannedSite::answer(200, kHtml, "<html>")).text,
              HasSubstr("error    layout        /s/_dash-layout is 'text/html; charset=utf-8', not "
                        "JSON"));
  EXPECT_THAT(with("GET /s/_dash-dependencies", CannedSite::answer(200, kJson, "{}")).text,
              HasSubstr("error    dependencies  _dash-dependencies is not a list"));
}

TEST(Doctor, AssetsThatAreMissingOrOfAnotherTypeAreNamed) {
  const ToolOutput missing = with("GET " + std::string(kSheet), CannedSite::answer(404, "", ""));
  const ToolOutput other =
      with("GET " + std::string(kScript), CannedSite::answer(200, kHtml, "<html>"));

  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.text, HasSubstr("/s/assets/style.css?m=1: status 404"));
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.text, HasSubstr(std::string(kScript) + ": type 'text/html; charset=utf-8'"));
}

TEST(Doctor, LargeFilesThatAreNotCompressedAreAWarning) {
  const ToolOutput output =
      with("GET " + std::string(kScript),
           CannedSite::answer(200,
                              "Content-Type: text/javascript\r\n"
                              "Cache-Control: max-age=31536000, immutable\r\n",
                              std::string(9000, 'x')));

  EXPECT_EQ(output.exit_code, kDone);
  EXPECT_THAT(output.text, HasSubstr("warning  compression   not compressed: "));
  EXPECT_THAT(output.text, HasSubstr("11 ok, 1 warnings, 0 errors"));
}

TEST(Doctor, CompressedFilesThatDoNotSaySoToCachesAreAWarning) {
  const ToolOutput output =
      with("GET " + std::string(kScript),
           CannedSite::answer(200,
                              "Content-Type: text/javascript\r\nContent-Encoding: br\r\n"
                              "Cache-Control: max-age=31536000, immutable\r\n",
                              "x"));

  EXPECT_THAT(output.text, HasSubstr("warning  compression   compressed without Vary"));
}

TEST(Doctor, APageThatIsKeptIsAnErrorAndABundleThatIsNotAWarning) {
  const ToolOutput kept = with(
      "GET /s/",
      CannedSite::answer(200, "Content-Type: text/html\r\nCache-Control: max-age=600\r\n", page()));
  const ToolOutput forgotten = with(
      "GET " + std::string(kScript),
      CannedSite::answer(200, "Content-Type: text/javascript\r\nCache-Control: no-cache\r\n", "x"));

  EXPECT_EQ(kept.exit_code, 1);
  EXPECT_THAT(kept.text, HasSubstr("error    caching       kept by browsers and caches: /s/"));
  EXPECT_EQ(forgotten.exit_code, kDone);
  EXPECT_THAT(forgotten.text, HasSubstr("warning  caching       not kept although"));
}

TEST(Doctor, ConnectionsThatAreClosedEachTimeAreAWarning) {
  CannedSite::Answers answers = healthy();
  for (auto& [request, answer] : answers)
    answer.insert(answer.find("\r\n") + 2, "Connection: close\r\n");

  const ToolOutput output = examined(answers);

  EXPECT_EQ(output.exit_code, kDone);
  EXPECT_THAT(output.text, HasSubstr("warning  keep-alive    5 requests took 5 connections"));
}

TEST(Doctor, AProxyThatLetsNoCallbackPassIsAnError) {
  const ToolOutput output = with(kUpdate, CannedSite::answer(405, "", ""));

  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.text, AllOf(HasSubstr("error    callbacks"), HasSubstr("status 405"),
                                 HasSubstr("not only GET")));
}

TEST(Doctor, AProxyThatRefusesUploadsIsAWarning) {
  const ToolOutput output = with(kUpdate, CannedSite::answer(413, "", ""));

  EXPECT_THAT(output.text, AllOf(HasSubstr("warning  uploads"), HasSubstr("client_max_body_size")));
}

TEST(Doctor, DevToolsInPublicAreAWarning) {
  const ToolOutput output =
      with("GET /s/",
           CannedSite::answer(200, kHtml, page(R"({"requests_pathname_prefix":"/s/","ui":true})")));

  EXPECT_EQ(output.exit_code, kDone);
  EXPECT_THAT(output.text, HasSubstr("warning  dev tools"));
}

TEST(Doctor, ReadsChunksAndAnswersThatEndWithTheConnection) {
  CannedSite::Answers answers = healthy();
  answers["GET /s/_dash-dependencies"] =
      "HTTP/1.1 200 OK\r\n" + std::string(kJson) +
      "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\n[{}\r\n4\r\n,{}]\r\n0\r\nA: b\r\n\r\n";
  answers["GET /s/_dash-layout"] = "HTTP/1.0 200 OK\r\n" + std::string(kJson) + "\r\n{}";

  const ToolOutput output = examined(answers);

  EXPECT_EQ(output.exit_code, kDone) << output.text;
  EXPECT_THAT(output.text, HasSubstr("2 callbacks"));
}

TEST(Doctor, WhoeverDoesNotAnswerInTimeIsReported) {
  CannedSite::Answers answers = healthy();
  answers["GET /s/"] = "";
  const CannedSite site(std::move(answers));

  const ToolOutput output = run_doctor_tool({"--timeout", "0.05", site.url("/s/")});

  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.text, HasSubstr("error    reachable     no answer within 0.05 s"));
}

TEST(Doctor, WhatIsNotHttpIsReported) {
  EXPECT_THAT(with("GET /s/", "SSH-2.0-OpenSSH_9.2\r\n").text,
              HasSubstr("what answers there is not HTTP: 'SSH-2.0-OpenSSH_9.2'"));
}

TEST(Doctor, WithJsonThereIsOneLineForPrograms) {
  const CannedSite site(healthy());

  const ToolOutput output = run_doctor_tool({"--json", site.url("/s/")});

  EXPECT_THAT(output.text,
              testing::StartsWith(R"({"url":")" + site.url("/s/") +
                                  R"(","works":true,"checks":[{"check":"reachable",)"));
  EXPECT_EQ(std::count(output.text.begin(), output.text.end(), '\n'), 1);
}

TEST(Doctor, WrongWordsEndWithCodeTwo) {
  EXPECT_EQ(run_doctor_tool({}).exit_code, kUsageError);
  EXPECT_EQ(run_doctor_tool({"--fast", "http://h/"}).exit_code, kUsageError);
  EXPECT_EQ(run_doctor_tool({"example.com"}).exit_code, kUsageError);
  EXPECT_THAT(run_doctor_tool({"https://example.com/"}).note, HasSubstr("does not speak TLS yet"));
  EXPECT_EQ(run_doctor_tool({"--help"}).exit_code, kDone);
}

}  // namespace
}  // namespace ekiden::server
