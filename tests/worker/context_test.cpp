// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <ekiden/app.hpp>
#include <ekiden/context.hpp>

#include "tests/support/site.hpp"
#include "worker/dispatch/update_component.hpp"

// Sections of the protocol's reference: the context 2.7, set_props 2.10, timing 2.19, answers 2.2.
namespace ekiden {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using worker::Method;
using worker::test::Answer;
using worker::test::Site;

constexpr const char* kCall = R"({"output":"out.children",
  "outputs":{"id":"out","property":"children"},
  "inputs":[{"id":"a","property":"value","value":1},{"id":"b","property":"value"}],
  "state":[{"id":"s","property":"data","value":"S"}],
  "changedPropIds":["b.value","a.value"],"parsedChangedPropsIds":["b.value","a.value"]})";

std::string initial_call() {
  std::string body = kCall;
  body.replace(body.find(R"("b.value","a.value")"), 19, "");
  return body;
}

/// A site whose one callback returns what `look` makes of the context.
template <class Look>
Site looking(Look look, bool debug = false) {
  worker::SiteOptions options;
  options.debug = debug;
  return Site(
      [look](App& app) {
        app.layout("x");
        app.callback(Output{"out", "children"}, Input{"a", "value"}, State{"s", "data"},
                     Input{"b", "value"},
                     [look](Json, Json, Json) -> Json { return look(callback_context()); });
      },
      options);
}

template <class Look>
Json seen(Look look, std::string body = kCall, Site::Headers headers = {}) {
  headers.emplace_back("Content-Type", "application/json");
  const Answer answer =
      looking(look, true)
          .ask(Method::post, "/_dash-update-component", std::move(headers), std::move(body));
  EXPECT_EQ(answer.status, 200) << answer.body;
  return Json::parse(answer.body)["response"]["out"]["children"];
}

/// The message of the Error that `act` throws in a callback.
template <class Act>
std::string error_of(Act act) {
  const Json text = seen([act](const CallbackContext& ctx) -> Json {
    try {
      act(ctx);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  });
  return *text.as_string();
}

Json listed(const CallbackContext::TriggerList& triggered) {
  Json::Array list;
  for (const auto& [prop_id, value] : triggered) list.push_back(Json::array({prop_id, value}));
  return list;
}

TEST(Context, TellsWhatTriggeredTheCallbackWithItsValue) {
  EXPECT_EQ(seen([](const auto& ctx) { return listed(ctx.triggered()); }),
            Json::parse(R"([["b.value",null],["a.value",1]])"));
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.triggered_id(); }), Json("b"));
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.triggered_prop_ids(); }),
            Json::parse(R"({"b.value":"b","a.value":"a"})"));
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.triggered() ? true : false; }), Json(true));
}

TEST(Context, HasAFalseTriggerWhenThePageWasLoaded) {
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.triggered() ? true : false; }, initial_call()),
            Json(false));
  EXPECT_EQ(seen([](const auto& ctx) { return listed(ctx.triggered()); }, initial_call()),
            Json::parse(R"([[".",null]])"));
  EXPECT_TRUE(seen([](const auto& ctx) { return ctx.triggered_id(); }, initial_call()).is_null());
}

TEST(Context, TellsInputsAndStatesByPropertyAndAsTheyWereSent) {
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.inputs(); }),
            Json::parse(R"({"a.value":1,"b.value":null})"));
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.states(); }), Json::parse(R"({"s.data":"S"})"));
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.inputs_list(); }), Json::parse(kCall)["inputs"]);
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.states_list(); }), Json::parse(kCall)["state"]);
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.outputs_list(); }),
            Json::parse(kCall)["outputs"]);
}

TEST(Context, GroupsTheArgumentsInTheOrderOfTheHandlersParameters) {
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.args_grouping(); }), Json::parse(R"([
    {"id":"a","str_id":"a","property":"value","value":1,"triggered":true},
    {"id":"s","str_id":"s","property":"data","value":"S","triggered":false},
    {"id":"b","str_id":"b","property":"value","value":null,"triggered":true}])"));
}

TEST(Context, TellsTheRequestsCookiesAndHeaders) {
  const Site::Headers headers{
      {"Cookie", "a=1; b=\"two words\""}, {"X-User", "ann"}, {"Origin", "http://localhost"}};
  EXPECT_EQ(seen([](const auto& ctx) { return Json(ctx.cookie("b") + ctx.cookie("none")); }, kCall,
                 headers),
            Json("two words"));
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.cookies().size(); }, kCall, headers), Json(2));
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.header("x-user"); }, kCall, headers),
            Json("ann"));
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.headers().size(); }, kCall, headers), Json(4));
  EXPECT_EQ(seen([](const auto& ctx) { return ctx.origin(); }, kCall, headers),
            Json("http://localhost"));
}

/// A callback's view of a request that is not sent through a router.
struct DirectCall {
  worker::CallbackDefinition definition;
  worker::Request request;
  worker::CallbackCall call{definition, request};
};

TEST(Context, TellsPathQueryAndPeer) {
  DirectCall direct;
  direct.request.path = "/_dash-update-component";
  direct.request.query = "job=1&name=%C3%A4+b%2&job=2&empty";
  direct.request.remote = "127.0.0.1";
  direct.request.host = "dash.example";
  direct.request.prefix = "/sales";
  direct.request.request_id = "trace-1";

  const CallbackContext& ctx = callback_context();
  EXPECT_EQ(ctx.path(), "/_dash-update-component");
  EXPECT_EQ(ctx.remote(), "127.0.0.1");
  EXPECT_EQ(ctx.scheme(), "http");
  EXPECT_EQ(ctx.host(), "dash.example");
  EXPECT_EQ(ctx.prefix(), "/sales");
  EXPECT_EQ(ctx.request_id(), "trace-1");
  EXPECT_THAT(ctx.args(), ElementsAre(Pair("job", "1"), Pair("name", "ä b%2"), Pair("job", "2"),
                                      Pair("empty", "")));
}

TEST(Context, TellsThatTheClientHasGone) {
  std::atomic<bool> gone{false};
  DirectCall direct;
  EXPECT_FALSE(callback_context().cancelled());
  direct.request.cancelled = &gone;
  EXPECT_FALSE(callback_context().cancelled());
  gone = true;
  EXPECT_TRUE(callback_context().cancelled());
}

TEST(Context, ReadsTheIdsOfPatterns) {
  DirectCall direct;
  direct.request.body = R"({"inputs":[[
      {"id":{"type":"row","index":1},"property":"value","value":"one"},
      {"id":{"type":"row","index":2},"property":"value","value":"two"}]],
    "changedPropIds":["{\"index\":2,\"type\":\"row\"}.value"]})";

  const CallbackContext& ctx = callback_context();
  EXPECT_EQ(ctx.triggered_id(), Json::parse(R"({"index":2,"type":"row"})"));
  EXPECT_EQ(ctx.triggered()[0].value, Json("two"));
  EXPECT_EQ(ctx.inputs().size(), 2u);
  EXPECT_EQ(ctx.inputs()[R"({"index":1,"type":"row"}.value)"], Json("one"));
}

TEST(Context, IsMissingOutsideACallback) {
  EXPECT_THROW(callback_context(), MissingCallbackContextException);
  EXPECT_THROW(set_props("a", {{"value", 1}}), MissingCallbackContextException);
}

TEST(Context, IsGoneAfterACallbackThatFailed) {
  looking([](const auto&) -> Json { throw std::runtime_error("x"); }).update(kCall);
  EXPECT_THROW(callback_context(), MissingCallbackContextException);
}

TEST(Response, CarriesTheHeadersAndCookiesOfTheCallback) {
  Site site = looking([](const CallbackContext& ctx) -> Json {
    ctx.set_header("X-Row", "1");
    ctx.set_header("x-row", "2");
    CookieOptions options;
    options.max_age = 60s;
    options.http_only = options.secure = true;
    ctx.set_cookie("session", "abc", options);
    ctx.delete_cookie("old");
    return 1;
  });
  EXPECT_EQ(site.update(kCall).headers,
            "X-Row: 2\r\n"
            "Set-Cookie: session=abc; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax\r\n"
            "Set-Cookie: old=; Max-Age=0; Path=/; SameSite=Lax\r\n");
}

TEST(Response, OfAFailedOrPreventedCallbackHasNoneOfItsHeaders) {
  for (const bool prevent : {true, false}) {
    Site site = looking([=](const CallbackContext& ctx) -> Json {
      ctx.set_header("X-Row", "1");
      if (prevent) throw PreventUpdate();
      throw std::runtime_error("x");
    });
    EXPECT_THAT(site.update(kCall).headers, Not(HasSubstr("X-Row")));
  }
}

TEST(Response, RefusesHeadersAndCookiesThatAreNone) {
  EXPECT_THAT(error_of([](const auto& ctx) { ctx.set_header("X", "a\r\nSet-Cookie: b=1"); }),
              HasSubstr("is not a header"));
  EXPECT_EQ(error_of([](const auto& ctx) { ctx.set_header("content-length", "1"); }),
            "set_header: content-length is set by the server");
  EXPECT_EQ(error_of([](const auto& ctx) { ctx.set_header("X-Request-Id", "1"); }),
            "set_header: X-Request-Id is set by the server");
  EXPECT_THAT(error_of([](const auto& ctx) { ctx.set_cookie("a b", "1"); }), HasSubstr("name"));
  EXPECT_THAT(error_of([](const auto& ctx) {
                CookieOptions options;
                options.same_site = "lax";
                ctx.set_cookie("a", "1", options);
              }),
              HasSubstr("Strict, Lax or None"));
}

TEST(Response, QuotesWhatACookieCannotHaveAndReadsItBack) {
  const std::string value = "two; \"words\"\\\r\n\xC3\xA4";
  Site site = looking([&](const auto& ctx) -> Json {
    ctx.set_cookie("a", value);
    return ctx.cookie("b");
  });
  const std::string quoted = R"("two\073 \"words\"\\\015\012\303\244")";

  const Answer answer =
      site.ask(Method::post, "/_dash-update-component",
               {{"Content-Type", "application/json"}, {"Cookie", "a=1; b=" + quoted}}, kCall);

  EXPECT_THAT(answer.headers, HasSubstr("Set-Cookie: a=" + quoted + "; Path=/"));
  EXPECT_THAT(answer.body, HasSubstr(Json(value).dump()));
}

TEST(SetProps, AreMergedByIdIntoTheSideUpdate) {
  Site site = looking([](const auto& ctx) -> Json {
    set_props("a", {{"value", 1}, {"style", Json{{"color", "red"}}}});
    ctx.set_props(Json{{"type", "row"}, {"index", 2.0}}, {{"value", "x"}});
    Patch patch;
    patch.append(3);
    set_props("a", {{"value", patch}, {"disabled", true}});
    return "done";
  });
  EXPECT_EQ(Json::parse(site.update(kCall).body), Json::parse(R"({"multi":true,
    "response":{"out":{"children":"done"}},
    "sideUpdate":{
      "a":{"value":{"__dash_patch_update":"__dash_patch_update",
                    "operations":[{"operation":"Append","location":[],"params":{"value":3}}]},
           "style":{"color":"red"},"disabled":true},
      "{\"index\":2,\"type\":\"row\"}":{"value":"x"}}})"));
}

TEST(SetProps, RefuseWhatIsNoId) {
  EXPECT_EQ(error_of([](const auto&) {
              set_props(5, {{"value", 1}});
            }),
            "set_props: an id must be a string or an object, got an integer");
}

TEST(SetProps, AreDroppedWhenTheUpdateIsPrevented) {
  Site site = looking([](const auto&) -> Json {
    set_props("a", {{"value", 1}});
    throw PreventUpdate();
  });
  EXPECT_EQ(site.update(kCall).status, 204);
}

/// What a callback without outputs answers.
Answer without_outputs(bool sets) {
  Site site([=](App& app) {
    app.layout("x");
    worker::CallbackDefinition callback;
    callback.arguments.push_back({Input{"in", "value"}, false});
    callback.run = [=](auto) {
      if (sets) set_props("a", {{"value", 1}});
      return worker::CallbackResult();
    };
    app.definition().callbacks.push_back(std::move(callback));
  });
  const Json id = Json::parse(site.get("/_dash-dependencies").body)[0]["output"];
  return site.update(R"({"output":)" + id.dump() +
                     R"(,"inputs":[{"id":"in","property":"value"}],"changedPropIds":[]})");
}

TEST(SetProps, AreTheAnswerOfACallbackWithoutOutputs) {
  EXPECT_EQ(without_outputs(true).status, 200);
  EXPECT_EQ(without_outputs(true).body,
            R"({"multi":true,"response":{},"sideUpdate":{"a":{"value":1}}})");
  EXPECT_EQ(without_outputs(false).status, 204);
  EXPECT_EQ(without_outputs(false).body, "");
}

TEST(ServerTiming, IsSentUnderDebug) {
  const auto look = [](const CallbackContext& ctx) -> Json {
    ctx.record_timing("query", 1500ms, "the \"big\", slow one");
    ctx.record_timing("draw", 2ms);
    return 1;
  };
  const std::string headers = looking(look, true).update(kCall).headers;
  EXPECT_THAT(headers, ::testing::StartsWith("Server-Timing: __dash_server;dur="));
  EXPECT_THAT(headers, HasSubstr("Server-Timing: query;desc=\"the  big   slow one\";dur=1500\r\n"));
  EXPECT_THAT(headers, HasSubstr("Server-Timing: draw;dur=2\r\n"));
  EXPECT_EQ(looking(look, false).update(kCall).headers, "");
}

TEST(ServerTiming, RefusesANameTwice) {
  EXPECT_EQ(error_of([](const auto& ctx) {
              ctx.record_timing("query", 1s);
              ctx.record_timing("query", 1s);
            }),
            "record_timing: duplicate resource name \"query\" found");
}

}  // namespace
}  // namespace ekiden
