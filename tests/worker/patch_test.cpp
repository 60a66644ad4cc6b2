// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <vector>

#include "tests/support/site.hpp"
#include "worker/dispatch/applied_patch.hpp"

// Names, locations and params: section 2.12 of the protocol's reference.
namespace ekiden {
namespace {

using ::testing::HasSubstr;
using worker::test::Site;

/// The one operation of a patch as JSON text.
std::string operation(const Patch& patch) {
  const Json json = to_json(patch);
  EXPECT_EQ(json["operations"].size(), 1u);
  return json["operations"][0].dump();
}

std::string error_of(auto&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(Patch, IsMarkedSoThatTheBrowserKnowsIt) {
  EXPECT_EQ(to_json(Patch()).dump(),
            R"({"__dash_patch_update":"__dash_patch_update","operations":[]})");
}

TEST(Patch, AssignsAtALocationOfKeysAndIndices) {
  Patch patch;
  patch["data"][0]["marker"][std::string("color")] = "red";
  EXPECT_EQ(operation(patch), R"({"operation":"Assign","location":["data",0,"marker","color"],)"
                              R"("params":{"value":"red"}})");
}

TEST(Patch, AssignsElementsOfAPropertyThatIsAListItself) {
  Patch patch;
  patch[-1] = Json{{"a", 1}};
  EXPECT_EQ(operation(patch),
            R"({"operation":"Assign","location":[-1],"params":{"value":{"a":1}}})");
}

TEST(Patch, DeletesWhatItsLocationNames) {
  Patch patch;
  patch["layout"]["title"].erase();
  EXPECT_EQ(operation(patch),
            R"({"operation":"Delete","location":["layout","title"],"params":{}})");
}

TEST(Patch, MergesObjects) {
  const std::string merge =
      R"({"operation":"Merge","location":["layout"],"params":{"value":{"height":3}}})";
  Patch updated, with_operator;
  updated["layout"].update(Json{{"height", 3}});
  with_operator["layout"] |= Json{{"height", 3}};
  EXPECT_EQ(operation(updated), merge);
  EXPECT_EQ(operation(with_operator), merge);
}

TEST(Patch, ExtendsLists) {
  const std::string extend = R"({"operation":"Extend","location":["y"],"params":{"value":[1,2]}})";
  Patch extended, with_operator;
  extended["y"].extend(std::vector{1, 2});
  with_operator["y"] += std::vector{1, 2};
  EXPECT_EQ(operation(extended), extend);
  EXPECT_EQ(operation(with_operator), extend);
}

TEST(Patch, ChangesListsItemByItem) {
  Patch patch;
  patch["y"].append(1).prepend(2).insert(-1, 3).remove(4).reverse().clear();
  EXPECT_EQ(to_json(patch)["operations"],
            Json::parse(R"([{"operation":"Append","location":["y"],"params":{"value":1}},
      {"operation":"Prepend","location":["y"],"params":{"value":2}},
      {"operation":"Insert","location":["y"],"params":{"value":3,"index":-1}},
      {"operation":"Remove","location":["y"],"params":{"value":4}},
      {"operation":"Reverse","location":["y"],"params":{}},
      {"operation":"Clear","location":["y"],"params":{}}])"));
}

TEST(Patch, Calculates) {
  Patch patch;
  patch["n"] += 1;
  patch["n"] -= 2;
  patch["n"] *= 3;
  patch["n"] /= 4;
  patch["text"] += "!";
  EXPECT_EQ(to_json(patch)["operations"],
            Json::parse(R"([{"operation":"Add","location":["n"],"params":{"value":1}},
      {"operation":"Sub","location":["n"],"params":{"value":2}},
      {"operation":"Mul","location":["n"],"params":{"value":3}},
      {"operation":"Div","location":["n"],"params":{"value":4}},
      {"operation":"Add","location":["text"],"params":{"value":"!"}}])"));
}

TEST(Patch, ChangesThePropertyItselfWithAnEmptyLocation) {
  Patch patch;
  patch.append("item");
  EXPECT_EQ(operation(patch), R"({"operation":"Append","location":[],"params":{"value":"item"}})");
}

TEST(Patch, TakesComponents) {
  Patch children;
  children.append(Component("html", "B", {{"children", "x"}}));
  EXPECT_EQ(Json::parse(operation(children))["params"]["value"]["type"], Json("B"));
}

TEST(Patch, CanBeContinuedFromAPlaceThatIsKept) {
  Patch patch;
  PatchPlace layout = patch["layout"];
  layout["height"] = 1;
  layout["width"] = 2;
  EXPECT_EQ(to_json(patch)["operations"][1]["location"], Json::array({"layout", "width"}));
}

TEST(Patch, RefusesToExtendAListByWhatIsNone) {
  Patch patch;
  EXPECT_EQ(error_of([&] { patch["y"].extend(5); }),
            "Patch::extend: expected a list, got an integer");
  EXPECT_EQ(error_of([&] { patch["y"] |= 5; }),
            "Patch::update: expected an object, got an integer");
  EXPECT_THAT(error_of([&] { patch["y"] += Json(make_ref<const detail::TypedArray>()); }),
              HasSubstr("std::vector"));
  EXPECT_EQ(to_json(patch)["operations"].size(), 0u);
}

/// What a callback with two outputs answers.
Json answer(auto handler) {
  Site site([&](App& app) {
    app.layout("x");
    app.callback({Output{"graph", "figure"}, Output{"out", "children"}}, Input{"in", "value"},
                 handler);
  });
  return Json::parse(site.update(R"({"output":"..graph.figure...out.children..",
    "outputs":[{"id":"graph","property":"figure"},{"id":"out","property":"children"}],
    "inputs":[{"id":"in","property":"value","value":1}]})")
                         .body)["response"];
}

TEST(Patch, IsAValueForAnOutput) {
  const Json response = answer([](int value) -> std::tuple<Patch, Update<Patch>> {
    Patch figure;
    figure["layout"]["height"] = value;
    return {figure, no_update};
  });
  EXPECT_EQ(response, Json::parse(R"({"graph":{"figure":{
      "__dash_patch_update":"__dash_patch_update",
      "operations":[{"operation":"Assign","location":["layout","height"],
                     "params":{"value":1}}]}}})"));
}

TEST(Patch, IsAValueForAnOutputThatMayAlsoBeReplaced) {
  const Json response = answer([](int value) -> std::tuple<Update<>, Update<>> {
    Patch children;
    children.append(value);
    return {Json{{"data", Json::array({})}}, children};
  });
  EXPECT_EQ(response["out"]["children"]["operations"][0]["operation"], Json("Append"));
  EXPECT_EQ(response["graph"]["figure"], Json::parse(R"({"data":[]})"));
}

/// What the patch of `change` makes of a value.
Json applied(const char* value, auto change) {
  Patch patch;
  change(patch);
  return worker::applied_patch(Json::parse(value), to_json(patch));
}

TEST(AppliedPatch, ChangesWhereTheLocationPoints) {
  const Json value =
      applied(R"({"data":[{"y":[1,2]},{"y":[3]}],"layout":{"title":"x"}})", [](Patch& figure) {
        figure["data"][0]["y"].append(9);
        figure["data"][-1]["y"][0] = 4;
        figure["layout"]["title"].erase();
        figure["layout"] |= Json{{"height", 1}};
        figure["frames"] = Json::array({});
      });
  EXPECT_EQ(value, Json::parse(R"({"data":[{"y":[1,2,9]},{"y":[4]}],"layout":{"height":1},
                                   "frames":[]})"));
}

TEST(AppliedPatch, ChangesLists) {
  const auto list = [](auto change) { return applied("[1,2,1]", change).dump(); };
  EXPECT_EQ(list([](Patch& p) { p.prepend(0); }), "[0,1,2,1]");
  EXPECT_EQ(list([](Patch& p) { p.insert(1, 9); }), "[1,9,2,1]");
  EXPECT_EQ(list([](Patch& p) { p.insert(-1, 9); }), "[1,2,9,1]");
  EXPECT_EQ(list([](Patch& p) { p.insert(10, 9); }), "[1,2,1,9]");
  EXPECT_EQ(list([](Patch& p) { p.remove(1); }), "[2]");
  EXPECT_EQ(list([](Patch& p) { p += std::vector{7, 8}; }), "[1,2,1,7,8]");
  EXPECT_EQ(list([](Patch& p) { p[0].erase(); }), "[2,1]");
  EXPECT_EQ(list([](Patch& p) { p[0] = 5; }), "[5,2,1]");
  EXPECT_EQ(list([](Patch& p) { p.clear(); }), "[]");
  EXPECT_EQ(list([](Patch& p) { p.append(3).reverse(); }), "[3,1,2,1]");
}

TEST(AppliedPatch, Calculates) {
  const auto number = [](auto change) { return applied("6", change); };
  EXPECT_EQ(number([](Patch& p) { p += 2; }), Json(8));
  EXPECT_EQ(number([](Patch& p) { p -= 2; }), Json(4));
  EXPECT_EQ(number([](Patch& p) { p *= 2; }), Json(12));
  EXPECT_EQ(number([](Patch& p) { p /= 4; }), Json(1.5));
  EXPECT_EQ(applied("\"a\"", [](Patch& p) { p += "b"; }), Json("ab"));
}

TEST(AppliedPatch, RefusesWhatTheBrowserRefuses) {
  const auto error = [](auto change) { return error_of([&] { applied(R"({"a":1})", change); }); };
  EXPECT_EQ(error([](Patch& p) { p["b"]["c"] = 1; }), "Patch: Cannot patch undefined at \"b\"");
  EXPECT_EQ(error([](Patch& p) { p["a"].append(1); }),
            "Patch: Append needs a list, there is an integer");
  EXPECT_EQ(error([](Patch& p) { p["a"] += "x"; }), "Patch: Add needs numbers");
}

}  // namespace
}  // namespace ekiden
