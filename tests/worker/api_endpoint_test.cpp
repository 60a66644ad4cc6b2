// SPDX-License-Identifier: MIT
// Protocol reference, section 2.18.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <ekiden/context.hpp>

#include "tests/support/site.hpp"

namespace ekiden::worker {
namespace {

using test::Answer;
using test::Site;
using ::testing::HasSubstr;
using ::testing::Not;

const Output kOut{"out", "children"};
const Input kCity{"city", "value"};
const State kYear{"year", "value"};

template <class... Parts>
Site site(Parts... parts) {
  return Site([&](App& app) {
    app.layout("x");
    app.callback(std::move(parts)...);
  });
}

Site greeting(ApiEndpoint endpoint = {"/api/greet", {"city", "year"}}) {
  return site(kOut, kCity, kYear, CallbackOptions{.api_endpoint = std::move(endpoint)},
              [](std::string city, std::optional<int> year) {
                return city + ' ' + std::to_string(year.value_or(0));
              });
}

Answer post(Site& site, std::string body, std::string_view type = "application/json") {
  return site.ask(Method::post, "/api/greet", {{"Content-Type", type}}, std::move(body));
}

TEST(ApiEndpoint, TakesNamedArgumentsAndGivesTheHandlersResult) {
  Site served = greeting();

  const Answer answer = post(served, R"({"year": 1048, "city": "Oslo"})");
  EXPECT_TRUE(served.on_callback_thread());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers, "Content-Type: application/json\r\n");
  EXPECT_EQ(answer.body, R"("Oslo 1048")");
}

TEST(ApiEndpoint, LeavesTheCallbackOfThePageAsItIs) {
  Site served = greeting();
  EXPECT_EQ(served
                .update(R"({"output":"out.children","outputs":{"id":"out","property":"children"},
    "inputs":[{"id":"city","property":"value","value":"Oslo"}],
    "state":[{"id":"year","property":"value","value":2}],"changedPropIds":[]})")
                .body,
            R"({"multi":true,"response":{"out":{"children":"Oslo 2"}}})");
}

TEST(ApiEndpoint, WithoutNamesTheArgumentsHaveThoseOfTheirProperties) {
  Site served = greeting("/api/greet");
  EXPECT_EQ(post(served, R"({"city.value": "Oslo", "year.value": 2})").body, R"("Oslo 2")");
}

TEST(ApiEndpoint, AnArgumentLeftOutIsNull) {
  Site served = greeting();
  EXPECT_EQ(post(served, R"({"city": "Oslo"})").body, R"("Oslo 0")");
  const Answer answer = post(served, R"({"year": 5})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "400 Bad Request: argument \"city\": expected a string, got null\n");
}

TEST(ApiEndpoint, RefusesBodiesThatAreNoArguments) {
  Site served = greeting();
  EXPECT_EQ(post(served, "{").status, 400);
  EXPECT_EQ(post(served, "[1]").body, "400 Bad Request: the body must be an object of arguments\n");
  EXPECT_EQ(post(served, R"({"citty": "Oslo"})").body,
            "400 Bad Request: there is no argument \"citty\"; there are: \"city\", \"year\"\n");
  EXPECT_EQ(post(served, "city=Oslo", "application/x-www-form-urlencoded").status, 415);
  EXPECT_EQ(served.get("/api/greet").status, 405);
}

TEST(ApiEndpoint, SeveralOutputsAreAList) {
  Site served = site(outputs(kOut, Output{"other", "children"}), kCity,
                     CallbackOptions{.api_endpoint = {"/api/greet", {"city"}}},
                     [](std::string city) -> std::tuple<std::string, Update<int>> {
                       return {city, no_update};
                     });
  EXPECT_EQ(post(served, R"({"city": "Oslo"})").body,
            R"(["Oslo",{"_dash_no_update":"_dash_no_update"}])");
}

TEST(ApiEndpoint, PreventUpdateIsNoContent) {
  Site served = site(kOut, kCity, CallbackOptions{.api_endpoint = "/api/greet"},
                     [](Json) -> int { throw PreventUpdate(); });
  const Answer answer = post(served, "{}");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.body, "");
}

TEST(ApiEndpoint, HasNoCallbackContextAndTellsNothingOfAnException) {
  Site served = site(kOut, kCity, CallbackOptions{.api_endpoint = "/api/greet"},
                     [](Json) { return callback_context().triggered_id(); });
  const Answer answer = post(served, "{}");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, Not(HasSubstr("context")));
}

std::string refusal(const std::function<void(App&)>& set_up) {
  App app;
  try {
    set_up(app);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(ApiEndpoint, MistakesAreToldInSetUp) {
  const auto with = [](ApiEndpoint endpoint) {
    return refusal([&](App& app) {
      app.callback(kOut, kCity, kYear, CallbackOptions{.api_endpoint = endpoint},
                   [](Json, Json) { return 0; });
    });
  };
  EXPECT_THAT(with({"/x", {"city"}}), HasSubstr("names 1 arguments, but there are 2 Inputs"));
  EXPECT_THAT(with({"/x", {"a", "a"}}), HasSubstr("names two arguments \"a\""));
  EXPECT_THAT(with("x"), HasSubstr("must start with '/'"));
  EXPECT_THAT(with("/_dash-layout"), HasSubstr("one of Dash's own routes"));
  EXPECT_THAT(refusal([](App& app) {
                app.clientside_callback("a => a", kOut, kCity,
                                        CallbackOptions{.api_endpoint = "/x"});
              }),
              HasSubstr("a clientside callback has no `api_endpoint`"));
}

}  // namespace
}  // namespace ekiden::worker
