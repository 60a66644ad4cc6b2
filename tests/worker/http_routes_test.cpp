// SPDX-License-Identifier: MIT
// Protocol reference, sections 1.1 (routes, health endpoint) and 1.3 (401 and JWT).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/site.hpp"

namespace ekiden::worker {
namespace {

using test::Answer;
using test::Site;
using ::testing::HasSubstr;
using ::testing::Not;

HttpResponse echo(const HttpRequest& request) {
  return {.status = 201,
          .body = std::string(request.method) + ' ' + std::string(request.path) + ' ' +
                  std::string(request.header("x-token")) + ' ' + std::string(request.body),
          .content_type = "text/csv",
          .headers = {{"X-Own", "1"}}};
}

template <class SetUp>
Site site(SetUp set_up) {
  return Site([&](App& app) {
    app.layout("x");
    set_up(app);
  });
}

TEST(Route, AnswersOnACallbackThread) {
  Site served = site([](App& app) { app.route("POST", "/login", echo); });

  const Answer answer = served.ask(Method::post, "/login", {{"X-Token", "t"}}, "body");
  EXPECT_TRUE(served.on_callback_thread());
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "POST /login t body");
  EXPECT_EQ(answer.headers, "Content-Type: text/csv\r\nX-Own: 1\r\n");
}

TEST(Route, LiesBelowThePrefix) {
  Site served =
      site([](App& app) { app.routes_pathname_prefix("/app/").route("GET", "/x", echo); });

  EXPECT_EQ(served.get("/app/x").status, 201);
  EXPECT_EQ(served.get("/x").status, 404);
}

TEST(Route, RefusesOtherMethodsAndNamesItsOwn) {
  Site served = site([](App& app) { app.route("GET", "/x", echo).route("PUT", "/x", echo); });

  EXPECT_EQ(served.ask(Method::head, "/x").status, 201);
  const Answer answer = served.ask(Method::post, "/x");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers, "Allow: GET, HEAD, PUT, OPTIONS\r\n");
}

TEST(Route, CanBeForAllBelowAPath) {
  Site served = site([](App& app) {
    app.route("GET", "/api/*", echo).route("GET", "/api/one", [](const HttpRequest&) {
      return HttpResponse{.body = "one"};
    });
  });

  EXPECT_EQ(served.get("/api/a/b").body, "GET /api/a/b  ");
  EXPECT_EQ(served.get("/api/one").body, "one");
  EXPECT_THAT(served.get("/api").body, HasSubstr("react-entry-point"));
}

TEST(Route, ThatThrowsGivesAnErrorThatTellsNothing) {
  Site served = site([](App& app) {
    app.route("GET", "/x",
              [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("secret"); });
  });

  EXPECT_EQ(served.get("/x").status, 500);
  EXPECT_THAT(served.get("/x").body, Not(HasSubstr("secret")));
}

TEST(Route, CannotBreakTheHeadOfItsResponse) {
  for (const auto& header : {Attributes{{"X", "a\r\nSet-Cookie: b"}}, Attributes{{"X: y", "z"}},
                             Attributes{{"content-length", "7"}}}) {
    Site served = site([&header](App& app) {
      app.route("GET", "/x",
                [header](const HttpRequest&) { return HttpResponse{.headers = header}; });
    });
    EXPECT_EQ(served.get("/x").status, 500);
  }
}

TEST(Route, CannotTakeThePlaceOfAnother) {
  App app;
  app.route("GET", "/x", echo);

  EXPECT_THROW(app.route("GET", "/x", echo), Error);
  EXPECT_THROW(app.route("GET", "/_dash-layout", echo), Error);
  EXPECT_THROW(app.route("GET", "x", echo), Error);
  EXPECT_THROW(app.route("get", "/y", echo), Error);
  EXPECT_THROW(site([](App& own) { own.route("GET", "/assets/x", echo); }), Error);
}

/// Lets only those pass who bring the token.
std::optional<HttpResponse> check_token(const HttpRequest& request) {
  if (request.header("Authorization") == "Bearer new") return std::nullopt;
  return HttpResponse{.status = 401, .body = "JWT Expired"};
}

TEST(BeforeRequest, AnswersInsteadOfAnyRoute) {
  Site served = site([](App& app) { app.before_request(check_token).health_endpoint("/health"); });

  for (const char* path : {"/", "/_dash-layout", "/_dash-dependencies", "/assets/x"}) {
    EXPECT_EQ(served.get(path).status, 401) << path;
    EXPECT_EQ(served.get(path).body, "JWT Expired");
  }
  EXPECT_EQ(served.update("{}").status, 401);
  EXPECT_EQ(served.get("/health").status, 200);
}

TEST(BeforeRequest, LetsPassWhatItDoesNotAnswer) {
  Site served = site([](App& app) {
    app.before_request(check_token)
        .route("GET", "/x", echo)
        .callback(Output{"out", "children"}, Input{"in", "value"},
                  [](std::string value) { return value; });
  });
  const Site::Headers token = {{"Authorization", "Bearer new"},
                               {"Content-Type", "application/json"}};

  EXPECT_EQ(served.get("/_dash-layout", token).body, "\"x\"");
  EXPECT_EQ(served.get("/x", token).status, 201);
  const std::string call = R"({"output":"out.children","outputs":{"id":"out",
      "property":"children"},"inputs":[{"id":"in","property":"value","value":"v"}],
      "changedPropIds":["in.value"]})";
  EXPECT_EQ(served.ask(Method::post, "/_dash-update-component", token, call).status, 200);
}

TEST(BeforeRequest, ThatThrowsLetsNothingPass) {
  Site served = site([](App& app) {
    app.before_request([](const HttpRequest&) -> std::optional<HttpResponse> {
      throw std::runtime_error("secret");
    });
  });

  EXPECT_EQ(served.get("/_dash-layout").status, 500);
  EXPECT_THAT(served.get("/_dash-layout").body, Not(HasSubstr("secret")));
}

TEST(DefaultHeaders, StandInEveryResponseThatHasNoneOfItsOwn) {
  Site served = site([](App& app) {
    app.default_headers({{"X-Frame-Options", "DENY"}, {"cache-control", "private"}})
        .route("GET", "/x", echo);
  });

  EXPECT_EQ(served.get("/x").headers,
            "Content-Type: text/csv\r\nX-Own: 1\r\nX-Frame-Options: DENY\r\n"
            "cache-control: private\r\n");
  EXPECT_THAT(served.get("/").headers, HasSubstr("X-Frame-Options: DENY\r\n"));
  EXPECT_THAT(served.get("/").headers, Not(HasSubstr("private")));
  EXPECT_THAT(served.get("/assets/none").headers, HasSubstr("X-Frame-Options: DENY\r\n"));
  EXPECT_THROW(App().default_headers({{"Date", "now"}}), Error);
}

TEST(HealthEndpoint, SaysOkWithoutACallbackThread) {
  Site served = site([](App& app) { app.health_endpoint("/health"); });

  const Answer answer = served.get("/health");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "OK");
  EXPECT_EQ(answer.type, "text/plain; charset=utf-8");
  EXPECT_FALSE(served.on_callback_thread());
  EXPECT_THAT(site([](App&) {}).get("/health").body, HasSubstr("react-entry-point"));
}

}  // namespace
}  // namespace ekiden::worker
