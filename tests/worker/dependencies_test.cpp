// SPDX-License-Identifier: MIT
#include "worker/dispatch/dependencies.hpp"

#include <gtest/gtest.h>

#include <ekiden/app.hpp>

namespace ekiden::worker {
namespace {

Json dependencies_of(const App& app) { return Json::parse(dependencies_json(app.definition())); }

TEST(Dependencies, OfAnAppWithoutCallbacksAreAnEmptyList) {
  const App app;

  EXPECT_EQ(dependencies_json(app.definition()), "[]");
}

TEST(Dependencies, HaveEveryFieldOfTheProtocol) {
  App app;
  app.callback(Output{"out", "children"}, Input{"in", "value"}, State{"store", "data"},
               [](std::string, Json) { return "x"; });

  const Json expected = Json::parse(R"([{
    "output": "out.children",
    "inputs": [{"id": "in", "property": "value"}],
    "state": [{"id": "store", "property": "data"}],
    "clientside_function": null, "prevent_initial_call": false, "background": null,
    "dynamic_creator": false, "no_output": false, "optional": false, "hidden": false,
    "websocket": false, "persistent": false}])");
  EXPECT_EQ(dependencies_of(app), expected) << dependencies_json(app.definition());
}

TEST(Dependencies, SeparateInputsFromStatesThatWereGivenInAnyOrder) {
  App app;
  app.callback(Output{"out", "children"}, State{"s1", "p"}, Input{"i1", "p"}, State{"s2", "p"},
               Input{"i2", "p"}, [](Json, Json, Json, Json) { return "x"; });

  const Json only = dependencies_of(app)[0];
  EXPECT_EQ(only["inputs"],
            Json::parse(R"([{"id":"i1","property":"p"},{"id":"i2","property":"p"}])"));
  EXPECT_EQ(only["state"],
            Json::parse(R"([{"id":"s1","property":"p"},{"id":"s2","property":"p"}])"));
}

TEST(Dependencies, KeepTheOrderOfRegistration) {
  App app;
  for (const char* id : {"c", "a", "b"}) {
    app.callback(Output{id, "children"}, Input{"in", "value"}, [](Json) { return "x"; });
  }

  const Json all = dependencies_of(app);
  EXPECT_EQ(all[0]["output"], Json("c.children"));
  EXPECT_EQ(all[1]["output"], Json("a.children"));
  EXPECT_EQ(all[2]["output"], Json("b.children"));
}

TEST(Dependencies, TakePreventInitialCallFromTheAppUnlessTheCallbackSaysOtherwise) {
  App app;
  app.prevent_initial_callbacks();
  app.callback(Output{"a", "children"}, Input{"in", "value"}, [](Json) { return "x"; });
  app.callback(Output{"b", "children"}, Input{"in", "value"},
               CallbackOptions{.prevent_initial_call = false}, [](Json) { return "x"; });

  const Json all = dependencies_of(app);
  EXPECT_EQ(all[0]["prevent_initial_call"], Json(true));
  EXPECT_EQ(all[1]["prevent_initial_call"], Json(false));
}

TEST(Dependencies, EscapeIdsAsJson) {
  App app;
  app.callback(Output{"a\"b", "children"}, Input{"in\\", "value"}, [](Json) { return "x"; });

  const Json only = dependencies_of(app)[0];
  EXPECT_EQ(only["output"], Json("a\"b.children"));
  EXPECT_EQ(only["inputs"][0]["id"], Json("in\\"));
}

TEST(Dependencies, SayThatACallbackHasNoOutput) {
  AppDefinition app;
  CallbackDefinition callback;
  callback.arguments = {{{"in", "value"}, false}};
  app.callbacks.push_back(callback);

  EXPECT_EQ(Json::parse(dependencies_json(app))[0]["no_output"], Json(true));
}

}  // namespace
}  // namespace ekiden::worker
