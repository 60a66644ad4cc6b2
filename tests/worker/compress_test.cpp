// SPDX-License-Identifier: MIT
// Protocol reference, section 1.10: what App::compress and HttpResponse::compress do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ekiden/html.hpp>
#include <string>

#include "tests/support/site.hpp"
#include "tests/worker/samples.hpp"
#include "tests/worker/unpacked.hpp"

namespace ekiden::worker {
namespace {

using test::Answer;
using test::Site;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kText(5000, 'a');
const std::string kBody = R"({"multi":true,"response":{"out":{"children":")" + kText + R"("}}})";

SiteOptions options(std::size_t min_bytes = 1024) {
  SiteOptions options;
  options.compress_min_bytes = min_bytes;
  return options;
}

/// An app with a callback, a layout function and a route that all answer with much text.
void set_up(App& app) {
  app.layout([] {
    return html::Div({html::Div(kText), html::Div().id("in"), html::Div().id("out")});
  });
  app.callback(Output{"out", "children"}, Input{"in", "children"},
               [](std::string text) { return text == "short" ? text : kText; });
  app.route("GET", "/plain", [](const HttpRequest&) { return HttpResponse{.body = kText}; });
  app.route("GET", "/packed", [](const HttpRequest&) {
    return HttpResponse{.status = 201, .body = kText, .compress = true};
  });
}

Site compressing(std::size_t min_bytes = 1024) {
  return Site(
      [](App& app) {
        set_up(app);
        app.compress();
      },
      options(min_bytes));
}

Answer call(Site& site, const std::string& value, std::string_view codings = "gzip") {
  return site.ask(Method::post, "/_dash-update-component",
                  {{"Content-Type", "application/json"}, {"Accept-Encoding", codings}},
                  R"({"output":"out.children","outputs":{"id":"out","property":"children"},
                      "inputs":[{"id":"in","property":"children","value":")" +
                      value + R"("}],"changedPropIds":["in.children"]})");
}

bool is_packed(const Answer& answer) {
  return answer.headers.find("Content-Encoding: ") != std::string::npos;
}

TEST(Compress, PacksAnswersOfCallbacks) {
  Site site = compressing();

  const Answer gzip = call(site, "long"), brotli = call(site, "long", "br, gzip");
  EXPECT_EQ(gzip.headers, "Vary: Accept-Encoding\r\nContent-Encoding: gzip\r\n");
  EXPECT_EQ(test::un_gzipped(gzip.body, kBody.size()), kBody);
  EXPECT_EQ(test::un_brotlied(brotli.body, kBody.size()), kBody);
  EXPECT_TRUE(site.on_callback_thread());

  EXPECT_EQ(call(site, "short").headers, "");
}

TEST(Compress, PacksTheLayoutFunctionsAnswerForHeadToo) {
  Site site = compressing();
  for (const Method method : {Method::get, Method::head}) {
    const Answer answer = site.ask(method, "/_dash-layout", {{"Accept-Encoding", "gzip"}});
    EXPECT_THAT(answer.headers, AllOf(HasSubstr("Content-Encoding: gzip\r\n"),
                                      HasSubstr("Vary: Accept-Encoding\r\n"),
                                      HasSubstr("Cache-Control: no-store\r\n")));
    EXPECT_LT(answer.body.size(), 500U);
  }
}

TEST(Compress, IsOffByDefault) {
  Site site(set_up, options());

  EXPECT_EQ(call(site, "long").body, kBody);
  EXPECT_EQ(call(site, "long").headers, "");
  EXPECT_FALSE(is_packed(site.get("/_dash-layout", {{"Accept-Encoding", "gzip"}})));
}

TEST(Compress, ByDefaultIsWhatTheEnvironmentSays) {
  ::setenv("DASH_COMPRESS", "True", 1);
  Site site(set_up, options());
  Site other([](App& app) { set_up(app.compress(false)); }, options());
  ::unsetenv("DASH_COMPRESS");

  EXPECT_TRUE(is_packed(call(site, "long")));
  EXPECT_FALSE(is_packed(call(other, "long")));
}

TEST(Compress, IsWhatTheServerAllows) {
  Site site = compressing(0), little = compressing(6000);

  EXPECT_FALSE(is_packed(call(site, "long")));
  EXPECT_FALSE(is_packed(call(little, "long")));
}

TEST(Compress, OfARouteIsWhatItsHandlerSays) {
  Site on = compressing(), off(set_up, options());
  for (Site* site : {&on, &off}) {
    EXPECT_EQ(site->get("/plain", {{"Accept-Encoding", "gzip"}}).body, kText);

    const Answer packed = site->get("/packed", {{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(packed.status, 201);
    EXPECT_EQ(test::un_gzipped(packed.body, kText.size()), kText);
  }
}

TEST(Compress, PacksNothingTwice) {
  // With a filter all of it is answered on a callback thread.
  Site site(
      [](App& app) {
        app.layout(html::Div(std::string(5000, 'a'))).compress();
        app.before_request([](const HttpRequest&) { return std::nullopt; });
      },
      options());
  const Answer whole = site.get("/_dash-layout");

  const Answer packed = site.get("/_dash-layout", {{"Accept-Encoding", "gzip"}});

  EXPECT_TRUE(site.on_callback_thread());
  EXPECT_EQ(test::un_gzipped(packed.body, whole.body.size()), whole.body);
}

TEST(Compress, LeavesErrorsReadable) {
  Site site(
      [](App& app) {
        app.layout(html::Div({html::Div().id("in"), html::Div().id("out")})).compress();
        app.callback(Output{"out", "children"}, Input{"in", "children"},
                     [](std::string) -> std::string { throw Error(kText); });
      },
      [] {
        SiteOptions debug = options();
        debug.debug = true;
        return debug;
      }());

  const Answer answer = call(site, "x");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.headers, Not(HasSubstr("Content-Encoding")));
  EXPECT_THAT(answer.body, HasSubstr(kText));
}

}  // namespace
}  // namespace ekiden::worker
