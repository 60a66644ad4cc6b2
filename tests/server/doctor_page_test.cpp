// SPDX-License-Identifier: MIT
#include "server/doctor_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/doctor_client.hpp"

namespace ekiden::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(DoctorPage, HasTheScriptsAndStylesheetsInTheirOrder) {
  const DashPage page = read_page(R"(<!DOCTYPE html><html><head><title>Sales &amp; more</title>
    <link rel="icon" href="/favicon.ico"><LINK REL='StyleSheet' HREF='/a.css?x=1&amp;y=2'>
    <!-- <script src="/not.js"></script> --><link href=/b.css rel=stylesheet></head><body>
    <script id="_dash-config" type="application/json">{"ui":false}</script>
    <script src="/one.js"></script><script async src="/two.js" ></script>
    <script id="_dash-renderer" type="application/javascript">if (1 < 2) go('<link>');</script>)");

  EXPECT_EQ(page.title, "Sales & more");
  EXPECT_EQ(page.config, R"({"ui":false})");
  EXPECT_TRUE(page.starts_renderer);
  EXPECT_THAT(page.scripts, ElementsAre("/one.js", "/two.js"));
  EXPECT_THAT(page.stylesheets, ElementsAre("/a.css?x=1&y=2", "/b.css"));
}

TEST(DoctorPage, AnyTextIsAPageWithLessInIt) {
  for (const char* text : {"", "<", "<script", "<script src=", "<script src='", "<a =>", "<!--",
                           "<title>x", "plain text"}) {
    const DashPage page = read_page(text);
    EXPECT_FALSE(page.config) << text;
    EXPECT_THAT(page.scripts, IsEmpty()) << text;
  }
}

TEST(DoctorPage, FingerprintsAreThoseOfDash) {
  EXPECT_TRUE(is_fingerprinted("/_dash-component-suites/dash/dcc/dcc.v4_5_0m8544111e92.js"));
  EXPECT_TRUE(is_fingerprinted("/x/polyfill@7.v4_3_0m0cfe60c763.12.1.min.js"));
  EXPECT_FALSE(is_fingerprinted("/_dash-component-suites/dash/dcc/async-graph.js"));
  EXPECT_FALSE(is_fingerprinted("/assets/app.version.css"));
}

TEST(DoctorUrl, HasItsParts) {
  const HttpUrl url = parse_http_url("http://example.com:8050/sales/?a=b#top");
  EXPECT_EQ(url.host, "example.com");
  EXPECT_EQ(url.port, "8050");
  EXPECT_EQ(url.path, "/sales/?a=b");
  EXPECT_EQ(parse_http_url("http://example.com").text(), "http://example.com/");
  EXPECT_EQ(parse_http_url("http://[::1]:8050/x").text(), "http://[::1]:8050/x");
  EXPECT_EQ(parse_http_url("http://[::1]:8050/x").host, "::1");
  EXPECT_EQ(parse_http_url("http://h/a b\r\nc").path, "/a%20b%0D%0Ac");
}

TEST(DoctorUrl, WhatIsNoneIsRefused) {
  for (const char* text : {"", "example.com", "ftp://example.com/", "http://", "http:///x",
                           "http://h:port/", "http://h:/", "https://example.com/"}) {
    EXPECT_THROW(parse_http_url(text), std::runtime_error) << text;
  }
}

TEST(DoctorUrl, ReferencesAreResolvedAsInABrowser) {
  const HttpUrl base = parse_http_url("http://h:81/sales/page?q=/");
  const auto path = [&base](std::string_view reference) {
    const auto url = resolve(base, reference);
    return url ? url->path : "elsewhere";
  };

  EXPECT_EQ(path("/assets/a.css?m=1#x"), "/assets/a.css?m=1");
  EXPECT_EQ(path("a.css"), "/sales/a.css");
  EXPECT_EQ(path("./a.css"), "/sales/a.css");
  EXPECT_EQ(path("../b/../a.css"), "/a.css");
  EXPECT_EQ(path("../../.."), "/");
  EXPECT_EQ(path("http://h:81/x"), "/x");
  EXPECT_EQ(path("//h:81/x"), "/x");
  EXPECT_EQ(path("http://h/x"), "elsewhere");
  EXPECT_EQ(path("//cdn/x.js"), "elsewhere");
  EXPECT_EQ(path("https://h:81/x.js"), "elsewhere");
  EXPECT_EQ(path("data:text/css,x"), "elsewhere");
}

}  // namespace
}  // namespace ekiden::server
