// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <stdexcept>

#include "tests/support/site.hpp"

namespace ekiden::worker {
namespace {

using test::Answer;
using test::Site;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kCall = R"({"output":"out.children",
  "outputs":{"id":"out","property":"children"},
  "inputs":[{"id":"in","property":"value","value":"figs"}],"changedPropIds":["in.value"],
  "parsedChangedPropsIds":["in.value"]})";

/// A site with one callback, in.value -> out.children.
template <class Handler>
Site one_callback(Handler handler, bool debug = false) {
  SiteOptions options;
  options.debug = debug;
  return Site(
      [&](App& app) {
        app.layout("x");
        app.callback(Output{"out", "children"}, Input{"in", "value"}, handler);
      },
      options);
}

std::string echo(std::string value) { return value; }

std::string fail(std::string) { throw std::out_of_range("no <row> 7"); }

// What the renderer asks for besides callbacks.

TEST(Routes, ServeTheIndexForEveryPathThatIsNoRoute) {
  Site site = one_callback(echo);

  const Answer index = site.get("/");
  EXPECT_EQ(index.status, 200);
  EXPECT_EQ(index.type, "text/html; charset=utf-8");
  EXPECT_THAT(index.body, HasSubstr("react-entry-point"));
  for (const char* path : {"/page-2", "/a/b/c", "/_dash-layou", "/favicon.ico"}) {
    EXPECT_EQ(site.get(path).body, index.body) << path;
  }
}

TEST(Routes, ServeLayoutAndDependenciesAsJson) {
  Site site = one_callback(echo);

  EXPECT_EQ(site.get("/_dash-layout").body, "\"x\"");
  EXPECT_EQ(site.get("/_dash-layout").type, "application/json");
  EXPECT_EQ(Json::parse(site.get("/_dash-dependencies").body)[0]["output"], Json("out.children"));
  EXPECT_EQ(site.get("/_dash-dependencies").type, "application/json");
  EXPECT_FALSE(site.on_callback_thread());
}

TEST(Routes, CallALayoutFunctionForEachPageOnACallbackThread) {
  int calls = 0;
  Site site([&](App& app) { app.layout([&calls] { return std::to_string(++calls); }); });
  const int in_set_up = calls;

  const std::string first = site.get("/_dash-layout").body;
  EXPECT_TRUE(site.on_callback_thread());
  EXPECT_EQ(first, "\"" + std::to_string(in_set_up + 1) + "\"");
  EXPECT_EQ(site.get("/_dash-layout").body, "\"" + std::to_string(in_set_up + 2) + "\"");
}

TEST(Routes, AnswerALayoutFunctionThatThrowsWithAnErrorThatTellsNothing) {
  bool fails = false;  // set-up calls the function too
  Site site([&](App& app) {
    app.layout([&fails]() -> std::string {
      if (fails) throw std::runtime_error("secret");
      return "x";
    });
  });
  fails = true;

  const Answer answer = site.get("/_dash-layout");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
}

TEST(Routes, ServeAnIconAndTheReloadHash) {
  Site site = one_callback(echo);

  const Answer icon = site.get("/_favicon.ico");
  EXPECT_EQ(icon.type, "image/x-icon");
  EXPECT_EQ(icon.body.substr(0, 6), std::string("\0\0\1\0\1\0", 6));
  EXPECT_TRUE(Json::parse(site.get("/_reload-hash").body)["reloadHash"].is_null());
}

TEST(Routes, RefuseOtherMethodsAndNameTheAllowedOnes) {
  Site site = one_callback(echo);

  for (const char* path : {"/", "/_dash-layout", "/_dash-dependencies", "/assets/x"}) {
    const Answer answer = site.ask(Method::post, path);
    EXPECT_EQ(answer.status, 405) << path;
    EXPECT_EQ(answer.headers, "Allow: GET, HEAD, OPTIONS\r\n");
  }
  EXPECT_EQ(site.get("/_dash-update-component").status, 405);
  EXPECT_EQ(site.get("/_dash-update-component").headers, "Allow: POST, OPTIONS\r\n");
}

TEST(Routes, AnswerOptionsWithTheAllowedMethods) {
  Site site = one_callback(echo);

  const Answer page = site.ask(Method::options, "/any/page");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers, "Allow: GET, HEAD, OPTIONS\r\n");
  EXPECT_EQ(page.body, "");
  EXPECT_EQ(site.ask(Method::options, "/_dash-update-component").headers,
            "Allow: POST, OPTIONS\r\n");
}

TEST(Routes, AnswerHeadLikeGet) {
  Site site = one_callback(echo);

  EXPECT_EQ(site.ask(Method::head, "/").body, site.get("/").body);
}

TEST(Routes, LieBelowThePrefix) {
  Site site([](App& app) { app.layout("x").routes_pathname_prefix("/app/"); });

  EXPECT_EQ(site.get("/app/_dash-layout").body, "\"x\"");
  EXPECT_THAT(site.get("/app/").body, HasSubstr("react-entry-point"));
  EXPECT_EQ(site.get("/_dash-layout").status, 404);
  EXPECT_EQ(site.get("/").status, 404);
  EXPECT_EQ(site.get("/ap").status, 404);
}

TEST(Routes, LeadFromThePrefixWithoutItsSlashToTheApp) {
  Site site([](App& app) {
    app.layout("x").routes_pathname_prefix("/app/").requests_pathname_prefix("/proxy/app/");
  });

  const Answer answer = site.get("/app");
  EXPECT_EQ(answer.status, 308);
  EXPECT_EQ(answer.headers, "Location: /proxy/app/\r\n");
}

// Callbacks.

TEST(Callback, ReceivesItsInputAndUpdatesItsOutput) {
  Site site = one_callback(echo);

  const Answer answer = site.update(kCall);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.type, "application/json");
  EXPECT_EQ(answer.body, R"({"multi":true,"response":{"out":{"children":"figs"}}})");
  EXPECT_TRUE(site.on_callback_thread());
}

TEST(Callback, ReceivesInputsAndStatesInTheOrderOfItsDeclaration) {
  Site site([](App& app) {
    app.layout("x");
    app.callback(Output{"out", "children"}, State{"s", "data"}, Input{"a", "value"},
                 Input{"b", "value"},
                 [](std::string s, std::string a, std::string b) { return s + "," + a + "," + b; });
  });

  const Answer answer = site.update(R"({"output":"out.children",
    "outputs":{"id":"out","property":"children"},
    "inputs":[{"id":"a","property":"value","value":"A"},{"id":"b","property":"value","value":"B"}],
    "state":[{"id":"s","property":"data","value":"S"}],"changedPropIds":[]})");
  EXPECT_EQ(answer.body, R"({"multi":true,"response":{"out":{"children":"S,A,B"}}})");
}

TEST(Callback, ReceivesNullForAValueThatTheBrowserLeftOut) {
  Site site = one_callback([](std::optional<std::string> value) { return value.value_or("none"); });

  const Answer answer = site.update(R"({"output":"out.children",
    "outputs":{"id":"out","property":"children"},"inputs":[{"id":"in","property":"value"}]})");
  EXPECT_EQ(answer.body, R"({"multi":true,"response":{"out":{"children":"none"}}})");
}

TEST(Callback, WithPreventUpdateAnswersNoContent) {
  Site site = one_callback([](std::string) -> std::string { throw PreventUpdate(); });

  const Answer answer = site.update(kCall);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.body, "");
}

TEST(Callback, WithOnlyNoUpdateAnswersAnEmptyResponse) {
  Site site = one_callback([](std::string) { return no_update; });

  EXPECT_EQ(site.update(kCall).status, 200);
  EXPECT_EQ(site.update(kCall).body, R"({"multi":true,"response":{}})");
}

/// Three outputs on two components, of which the middle one may stay as it is.
Site three_outputs(bool update_middle) {
  return Site([=](App& app) {
    app.layout("x");
    app.callback({Output{"a", "p"}, Output{"b", "p"}, Output{"a", "q"}}, Input{"in", "value"},
                 [=](Json) -> std::tuple<int, Update<int>, int> {
                   if (update_middle) return {1, 2, 3};
                   return {1, no_update, 3};
                 });
  });
}

constexpr const char* kCallThree = R"({"output":"..a.p...b.p...a.q..","outputs":[
  {"id":"a","property":"p"},{"id":"b","property":"p"},{"id":"a","property":"q"}],
  "inputs":[{"id":"in","property":"value","value":1}]})";

TEST(Callback, GroupsItsOutputsByComponent) {
  EXPECT_EQ(three_outputs(true).update(kCallThree).body,
            R"({"multi":true,"response":{"a":{"p":1,"q":3},"b":{"p":2}}})");
}

TEST(Callback, LeavesOutTheOutputsThatStayAsTheyAre) {
  EXPECT_EQ(three_outputs(false).update(kCallThree).body,
            R"({"multi":true,"response":{"a":{"p":1,"q":3}}})");
}

TEST(Callback, MayReturnComponents) {
  Site site = one_callback([](std::string text) {
    return Component("html", "B", {{"children", std::move(text)}});
  });

  EXPECT_EQ(Json::parse(site.update(kCall).body)["response"]["out"]["children"],
            Json::parse(R"({"props":{"children":"figs"},"type":"B","namespace":"html"})"));
}

TEST(Callback, IsFoundAmongManyByItsOutput) {
  Site site([](App& app) {
    app.layout("x");
    for (int i = 0; i < 100; ++i) {
      app.callback(Output{"out" + std::to_string(i), "children"}, Input{"in", "value"},
                   [i](Json) { return i; });
    }
  });

  for (const int i : {0, 57, 99}) {
    const std::string id = "out" + std::to_string(i);
    const Answer answer = site.update(R"({"output":")" + id +
                                      R"(.children","inputs":[{"id":"in","property":"value"}]})");
    EXPECT_EQ(Json::parse(answer.body)["response"][id]["children"], Json(i));
  }
}

// Requests that are not as the renderer sends them.

TEST(CallbackRequest, MustBeJsonByItsType) {
  Site site = one_callback(echo);
  const auto status = [&](Site::Headers headers) {
    return site.ask(Method::post, "/_dash-update-component", std::move(headers), kCall).status;
  };

  EXPECT_EQ(status({}), 415);
  EXPECT_EQ(status({{"Content-Type", "text/plain"}}), 415);
  EXPECT_EQ(status({{"Content-Type", "application/jsonx"}}), 415);
  EXPECT_EQ(status({{"content-type", "Application/JSON; charset=utf-8"}}), 200);
}

TEST(CallbackRequest, ThatIsNotJsonIsABadRequest) {
  Site site = one_callback(echo);

  for (const char* body : {"", "{", "{\"output\":}", "nonsense", "[1,2", "{} {}"}) {
    EXPECT_EQ(site.update(body).status, 400) << body;
  }
}

TEST(CallbackRequest, ThatIsNoCallbackRequestIsABadRequest) {
  Site site = one_callback(echo);

  for (const char* body : {"{}", "[]", "null", "7", R"({"output":7})", R"({"output":null})"}) {
    EXPECT_EQ(site.update(body).status, 400) << body;
  }
}

TEST(CallbackRequest, MayBeNestedOnlySoDeep) {
  const auto nested = [](std::size_t depth) {
    return R"({"output":"out.children","inputs":[{"id":"in","property":"value","value":)" +
           std::string(depth, '[') + std::string(depth, ']') + "}]}";
  };
  Site site = one_callback([](Json) { return "ok"; });

  EXPECT_EQ(site.update(nested(500)).status, 200);
  EXPECT_EQ(site.update(nested(513)).status, 400);
  EXPECT_EQ(site.update(nested(1'000'000)).status, 400);
}

TEST(CallbackRequest, ForAnUnknownOutputTellsToReloadAndNothingElse) {
  Site site = one_callback(echo);

  const Answer answer = site.update(R"({"output":"secret.children","inputs":[]})");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body,
              AllOf(HasSubstr("500 Internal Server Error"), HasSubstr("reload the page")));
  EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
}

/// A request whose named part is replaced.
std::string call_with(std::string_view outputs, std::string_view inputs,
                      std::string_view state = "[]") {
  return R"({"output":"out.children","outputs":)" + std::string(outputs) + R"(,"inputs":)" +
         std::string(inputs) + R"(,"state":)" + std::string(state) + "}";
}

constexpr std::string_view kOutputs = R"({"id":"out","property":"children"})";
constexpr std::string_view kInputs = R"([{"id":"in","property":"value","value":"figs"}])";

TEST(CallbackRequest, MustNameTheOutputsThatWereDeclared) {
  Site site = one_callback(echo);
  ASSERT_EQ(site.update(call_with(kOutputs, kInputs)).status, 200);

  for (const char* outputs :
       {R"({"id":"secret","property":"children"})", R"({"id":"out","property":"style"})", "[]",
        R"([{"id":"out","property":"children"}])", R"({"id":{"a":1},"property":"children"})",
        R"({"id":"out"})", "null", "7", "\"out.children\""}) {
    const Answer answer = site.update(call_with(outputs, kInputs));
    EXPECT_EQ(answer.status, 500) << outputs;
    EXPECT_THAT(answer.body, AllOf(HasSubstr("500 Internal Server Error"),
                                   Not(HasSubstr("children")), Not(HasSubstr("secret"))));
  }
}

TEST(CallbackRequest, MustNameAllOutputsOfAList) {
  Site site = three_outputs(true);

  for (const char* outputs :
       {R"([{"id":"a","property":"p"},{"id":"b","property":"p"}])",
        R"([{"id":"b","property":"p"},{"id":"a","property":"p"},{"id":"a","property":"q"}])",
        R"({"id":"a","property":"p"})"}) {
    const std::string body = R"({"output":"..a.p...b.p...a.q..","outputs":)" +
                             std::string(outputs) +
                             R"(,"inputs":[{"id":"in","property":"value","value":1}]})";
    EXPECT_EQ(site.update(body).status, 500) << outputs;
  }
}

TEST(CallbackRequest, MustBringTheInputsAndStatesThatWereDeclared) {
  Site site = one_callback(echo);

  for (const char* inputs :
       {"[]", "null", "7", "{}", "[null]", "[[]]", R"([{"id":"in","property":"style","value":1}])",
        R"([{"id":"other","property":"value","value":1}])", R"([{"property":"value","value":1}])",
        R"([{"id":"in","property":"value"},{"id":"in","property":"value"}])"}) {
    EXPECT_EQ(site.update(call_with(kOutputs, inputs)).status, 500) << inputs;
  }
  EXPECT_EQ(site.update(call_with(kOutputs, kInputs, kInputs)).status, 500);
  EXPECT_EQ(site.update(R"({"output":"out.children"})").status, 500);
}

// Callbacks that fail.

TEST(FailingCallback, GivesAnErrorThatTellsNothing) {
  const Answer answer = one_callback(fail).update(kCall);

  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.type, "text/html; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("500 Internal Server Error"));
  for (const char* secret : {"out_of_range", "row", "children", "dispatch_test"}) {
    EXPECT_THAT(answer.body, Not(HasSubstr(secret)));
  }
}

TEST(FailingCallback, IsNamedInTheLogWithTypeAndText) {
  ::testing::internal::CaptureStderr();
  one_callback(fail).update(kCall);

  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("out.children"), HasSubstr("dispatch_test.cpp:"),
                    HasSubstr("std::out_of_range: no <row> 7")));
}

TEST(FailingCallback, ShowsTypeAndTextUnderDebugInADocumentForTheDevTools) {
  const Answer answer = one_callback(fail, true).update(kCall);

  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body,
              AllOf(StartsWith("<!doctype html>"), HasSubstr("</head>"),
                    HasSubstr("<h1>std::out_of_range</h1>"),
                    HasSubstr("<p class=\"errormsg\">std::out_of_range: no &lt;row&gt; 7</p>"),
                    HasSubstr("out.children")));
}

TEST(FailingCallback, MayThrowWhatIsNoStandardException) {
  EXPECT_EQ(one_callback([](std::string) -> std::string { throw 7; }).update(kCall).status, 500);
  EXPECT_THAT(
      one_callback([](std::string) -> std::string { throw "text"; }, true).update(kCall).body,
      HasSubstr("char const*: text"));
}

TEST(FailingCallback, IsFollowedByOthersThatWork) {
  Site site = one_callback([](std::string value) {
    if (value == "figs") throw std::runtime_error("no figs");
    return value;
  });

  EXPECT_EQ(site.update(kCall).status, 500);
  EXPECT_EQ(
      site.update(call_with(kOutputs, R"([{"id":"in","property":"value","value":"ok"}])")).body,
      R"({"multi":true,"response":{"out":{"children":"ok"}}})");
}

TEST(FailingCallback, NamesTheArgumentThatHasTheWrongType) {
  ::testing::internal::CaptureStderr();
  const Answer answer = one_callback([](int value) { return value; }).update(kCall);

  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("BadArgument"), HasSubstr("in.value")));
}

TEST(Late, IsAnswered504WithoutANameWhichGoesToTheLog) {
  Site site = one_callback(echo);

  const auto [answer, who] = site.late(Method::post, "/_dash-update-component", kCall);

  EXPECT_EQ(answer.status, 504);
  EXPECT_EQ(answer.type, "text/html; charset=utf-8");
  EXPECT_THAT(answer.body, AllOf(HasSubstr("504 Gateway Timeout"), Not(HasSubstr("out.children"))));
  EXPECT_THAT(who,
              testing::MatchesRegex(R"(callback out\.children \(dispatch_test\.cpp:[0-9]+\))"));
}

TEST(Late, NamesTheCallbackUnderDebug) {
  Site site = one_callback(echo, true);

  const auto [answer, who] = site.late(Method::post, "/_dash-update-component", kCall);

  EXPECT_EQ(answer.status, 504);
  EXPECT_THAT(answer.body, AllOf(HasSubstr("<h1>RequestTimeout</h1>"), HasSubstr("out.children"),
                                 HasSubstr("dispatch_test.cpp:")));
}

TEST(Late, IsLaidToWhoeverWasToAnswer) {
  Site site = one_callback(echo);

  EXPECT_EQ(site.late(Method::get, "/_dash-layout").second, "the layout function");
  EXPECT_EQ(site.late(Method::get, "/report").second, "route GET /report");
  EXPECT_EQ(site.late(Method::post, "/_dash-update-component", "{").second,
            "route POST /_dash-update-component");
}

}  // namespace
}  // namespace ekiden::worker
