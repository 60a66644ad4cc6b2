// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>

#include "tests/support/site.hpp"

/// Callbacks that the browser runs (section 2.14 of the wire protocol).
namespace ekiden::worker {
namespace {

using test::Site;
using ::testing::HasSubstr;
using ::testing::Not;

const Output out{"out", "children"};
const Input in{"in", "value"};

Json dependencies(Site& site) { return Json::parse(site.get("/_dash-dependencies").body); }

TEST(Clientside, FunctionsAreNamedInTheDependencies) {
  Site site([](App& app) {
    app.layout("x");
    app.clientside_callback({"ns", "f"}, out, in, State{"s", "data"},
                            CallbackOptions{.prevent_initial_call = true});
    app.clientside_callback({"ns", "g"}, {Output{"a", "p"}, Output{"b", "q"}}, in);
    app.clientside_callback({"ns", "h"}, in);
  });

  const Json all = dependencies(site);
  EXPECT_EQ(all[0]["clientside_function"], (Json{{"namespace", "ns"}, {"function_name", "f"}}));
  EXPECT_EQ(all[0]["prevent_initial_call"], Json(true));
  EXPECT_EQ(all[0]["state"][0]["id"], Json("s"));
  EXPECT_EQ(all[1]["output"], Json("..a.p...b.q.."));
  EXPECT_EQ(all[2]["no_output"], Json(true));
}

TEST(Clientside, InlineSourcesAreScriptsOfThePageOnceEach) {
  Site site([](App& app) {
    app.layout("x");
    app.clientside_callback("x => x + '</script>'", out, in);
    app.clientside_callback("x => x + '</script>'", Output{"other", "children"}, in);
  });

  const Json function = dependencies(site)[0]["clientside_function"];
  EXPECT_EQ(function["namespace"], Json("_dashprivate_clientside_funcs"));
  EXPECT_EQ(function, dependencies(site)[1]["clientside_function"]);
  const std::string definition =
      "ns[\"" + *function["function_name"].as_string() + "\"] = x => x + '<\\/script>';";
  const std::string page = site.get("/").body;
  const std::size_t first = page.find(definition);
  ASSERT_NE(first, std::string::npos) << page;
  EXPECT_EQ(page.find(definition, first + 1), std::string::npos);
}

TEST(Clientside, InlineSourcesLeaveNoGlobalsOfTheirOwn) {
  const std::string script = ClientsideFunction("x => x // as it is").script();

  EXPECT_TRUE(script.starts_with("(function () {\n")) << script;
  EXPECT_TRUE(script.ends_with("= x => x // as it is;\n})();\n")) << script;
}

TEST(Clientside, CallbacksAreNotTheServers) {
  Site site([](App& app) {
    app.layout("x");
    app.clientside_callback("x => x", out, in);
  });

  EXPECT_EQ(
      site.update(R"({"output":"out.children","inputs":[{"id":"in","property":"value"}]})").status,
      500);
}

TEST(Clientside, NamesOfDashAndServersOptionsAreRefused) {
  App app;

  for (const char* name : {"_dashprivate_x", "PreventUpdate", "no_update", ""}) {
    EXPECT_THROW(ClientsideFunction(name, "f"), Error) << name;
  }
  EXPECT_THROW(ClientsideFunction(" "), Error);
  EXPECT_THROW(app.clientside_callback("x => x", out, in,
                                       CallbackOptions{.running = {{Output{"a", "b"}, 1, 2}}}),
               Error);
}

}  // namespace
}  // namespace ekiden::worker
