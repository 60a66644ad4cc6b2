// SPDX-License-Identifier: MIT
// One callback per feature, with its whole entry in _dash-dependencies and one round trip: exact
// fields and values. The numbers are sections of the reference "Dash's wire protocol".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ekiden/app.hpp>
#include <ekiden/clientside.hpp>
#include <ekiden/context.hpp>
#include <ekiden/patch.hpp>

#include "tests/support/site.hpp"

namespace ekiden::worker {
namespace {

using test::Answer;
using test::Site;

const Input kIn{"in", "value"};
const Output kOut{"out", "children"};
constexpr std::string_view kOutputs = R"("outputs":{"id":"out","property":"children"},)";
constexpr std::string_view kInputs = R"("inputs":[{"id":"in","property":"value","value":5}],)";
constexpr std::string_view kChanged = R"("changedPropIds":["in.value"])";

/// A site with one callback.
template <class... Parts>
Site site(Parts... parts) {
  return Site([&](App& app) {
    app.layout("x");
    app.callback(std::move(parts)...);
  });
}

Json declared(Site& site) {
  const Answer answer = site.get("/_dash-dependencies");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.type, "application/json");
  return Json::parse(answer.body)[0];
}

/// Section 3: every field of a callback in.value -> out.children without options, with others for
/// some of them.
Json entry(Json::Object changes = {}) {
  Json::Object fields{{"output", "out.children"},
                      {"inputs", Json::parse(R"([{"id":"in","property":"value"}])")},
                      {"state", Json::array({})},
                      {"clientside_function", nullptr},
                      {"prevent_initial_call", false},
                      {"background", nullptr},
                      {"dynamic_creator", false},
                      {"no_output", false},
                      {"optional", false},
                      {"hidden", false},
                      {"websocket", false},
                      {"persistent", false}};
  for (const auto& change : changes) {
    const auto place = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.first == change.first; });
    if (place == fields.end()) {
      fields.push_back(change);
    } else {
      place->second = change.second;
    }
  }
  return fields;
}

/// What the server answers to a request for `output`, given as JSON text.
Answer update(Site& site, const std::string& output, std::string_view outputs = kOutputs,
              std::string_view inputs = kInputs) {
  return site.update(R"({"output":)" + output + "," + std::string(outputs) + std::string(inputs) +
                     std::string(kChanged) + "}");
}

int next(int value) { return value + 1; }

TEST(Wire, OfAPlainCallback) {  // 2.1, 2.2, 3
  Site served = site(kOut, kIn, next);

  EXPECT_EQ(declared(served), entry());
  const Answer answer = update(served, R"("out.children")");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.type, "application/json");
  EXPECT_EQ(answer.body, R"({"multi":true,"response":{"out":{"children":6}}})");
}

TEST(Wire, OfPatternIds) {  // 2.1, 2.2, 2.4, 2.6, 3
  Site served = site(
      Output{{{"type", "sum"}, {"row", MATCH}}, "children"},
      Input{{{"type", "cell"}, {"row", MATCH}, {"column", ALL}}, "value"},
      State{{{"type", "sum"}, {"row", ALLSMALLER}}, "children"},
      [](std::vector<int> cells, std::vector<int> above) { return cells.size() + above.size(); });

  EXPECT_EQ(declared(served), entry({{"output", R"({"row":["MATCH"],"type":"sum"}.children)"},
                                     {"inputs", Json::parse(R"([{"property":"value",
                     "id":"{\"column\":[\"ALL\"],\"row\":[\"MATCH\"],\"type\":\"cell\"}"}])")},
                                     {"state", Json::parse(R"([{"property":"children",
                     "id":"{\"row\":[\"ALLSMALLER\"],\"type\":\"sum\"}"}])")}}));
  EXPECT_EQ(served
                .update(R"({"output":"{\"row\":[\"MATCH\"],\"type\":\"sum\"}.children",
        "outputs":{"id":{"row":2,"type":"sum"},"property":"children"},
        "inputs":[[{"id":{"type":"cell","row":2,"column":"a"},"property":"value","value":1},
                   {"id":{"type":"cell","row":2,"column":"b"},"property":"value","value":2}]],
        "state":[[{"id":{"type":"sum","row":1},"property":"children","value":9}]],
        "changedPropIds":["{\"column\":\"a\",\"row\":2,\"type\":\"cell\"}.value"]})")
                .body,
            R"({"multi":true,"response":{"{\"row\":2,\"type\":\"sum\"}":{"children":3}}})");
}

TEST(Wire, OfSeveralOutputs) {  // 2.1, 2.2, 2.4
  Site served = site(outputs(Output{"a", "x"}, Output{"a", "y"}, Output{"b", "z"}), kIn,
                     [](int value) -> std::tuple<int, Update<int>, std::nullptr_t> {
                       return {value, no_update, nullptr};
                     });

  EXPECT_EQ(declared(served), entry({{"output", "..a.x...a.y...b.z.."}}));
  EXPECT_EQ(update(served, R"("..a.x...a.y...b.z..")",
                   R"("outputs":[{"id":"a","property":"x"},{"id":"a","property":"y"},
                      {"id":"b","property":"z"}],)")
                .body,
            R"({"multi":true,"response":{"a":{"x":5},"b":{"z":null}}})");
}

TEST(Wire, OfAListOfOneOutput) {  // 2.4
  Site served = site(outputs(kOut), kIn, [](int value) { return std::tuple(value); });

  EXPECT_EQ(declared(served), entry({{"output", "..out.children.."}}));
  EXPECT_EQ(
      update(served, R"("..out.children..")", R"("outputs":[{"id":"out","property":"children"}],)")
          .body,
      R"({"multi":true,"response":{"out":{"children":5}}})");
}

TEST(Wire, OfNoOutput) {  // 2.2, 2.4, 3
  Site served = site(kIn, [](int value) {
    if (value > 4) set_props("seen", {{"children", value}});
  });

  const Json own = declared(served);
  EXPECT_EQ(own, entry({{"output", own["output"]}, {"no_output", true}}));
  EXPECT_THAT(*own["output"].as_string(), testing::MatchesRegex("[0-9a-f]{64}"));
  EXPECT_EQ(update(served, own["output"].dump(), "").body,
            R"({"multi":true,"response":{},"sideUpdate":{"seen":{"children":5}}})");
  const Answer nothing = update(served, own["output"].dump(), "",
                                R"("inputs":[{"id":"in","property":"value","value":1}],)");
  EXPECT_EQ(nothing.status, 204);
  EXPECT_EQ(nothing.body, "");
}

TEST(Wire, OfSetProps) {  // 2.2, 2.10
  Site served = site(kOut, kIn, [](int value) {
    set_props("bar", {{"max", 10}, {"value", value}});
    set_props(Json{{"type", "row"}, {"index", 2.0}}, {{"style", nullptr}});
    set_props("bar", {{"value", value + 1}});
    return value;
  });

  EXPECT_EQ(declared(served), entry());
  EXPECT_EQ(Json::parse(update(served, R"("out.children")").body), Json::parse(R"({
    "multi": true, "response": {"out": {"children": 5}},
    "sideUpdate": {"bar": {"max": 10, "value": 6},
                   "{\"index\":2,\"type\":\"row\"}": {"style": null}}})"));
}

TEST(Wire, OfRunning) {  // 2.10, 3
  Site served = site(
      kOut, kIn, CallbackOptions{.running = {{Output{"button", "disabled"}, true, false}}}, next);

  EXPECT_EQ(declared(served), entry({{"running", Json::parse(R"({
    "running": {"button.disabled": true}, "runningOff": {"button.disabled": false}})")}}));
  EXPECT_EQ(update(served, R"("out.children")").body,
            R"({"multi":true,"response":{"out":{"children":6}}})");
}

TEST(Wire, OfClientsideFunctions) {  // 2.14, 3
  Site served([](App& app) {
    app.layout("x");
    app.clientside_callback({"shop", "total"}, kOut, kIn, State{"tax", "data"});
  });

  EXPECT_EQ(declared(served),
            entry({{"state", Json::parse(R"([{"id":"tax","property":"data"}])")},
                   {"clientside_function",
                    Json::parse(R"({"namespace":"shop","function_name":"total"})")}}));
  EXPECT_EQ(update(served, R"("out.children")").status, 500);  // the browser never posts it
}

TEST(Wire, OfPatches) {  // 2.12
  Site served = site(kOut, kIn, [](int value) {
    Patch patch;
    patch["list"].append(value);
    return patch;
  });

  EXPECT_EQ(declared(served), entry());
  EXPECT_EQ(Json::parse(update(served, R"("out.children")").body), Json::parse(R"({
    "multi": true, "response": {"out": {"children": {
      "__dash_patch_update": "__dash_patch_update",
      "operations": [{"operation": "Append", "location": ["list"], "params": {"value": 5}}]}}}})"));
}

TEST(Wire, OfOptionalComponents) {  // 2.1, 3
  Site served =
      site(kOut, kIn, State{"maybe", "data"}.optional(), CallbackOptions{.optional = true},
           [](int value, std::optional<int> maybe) { return value + maybe.value_or(2); });

  EXPECT_EQ(
      declared(served),
      entry({{"state", Json::parse(R"([{"id":"maybe","property":"data","allow_optional":true}])")},
             {"optional", true}}));
  const std::string state =
      R"("state":[{"id":"maybe","property":"data","allow_optional":true,"value":null}],)";
  EXPECT_EQ(update(served, R"("out.children")", kOutputs, std::string(kInputs) + state).body,
            R"({"multi":true,"response":{"out":{"children":7}}})");
}

TEST(Wire, OfEachValueOfPreventInitialCall) {  // 2.8
  struct Case {
    PreventInitialCall app;
    std::optional<PreventInitialCall> callback;
    bool sent;
  };
  for (const Case& one :
       {Case{false, std::nullopt, false}, Case{true, std::nullopt, true}, Case{true, false, false},
        Case{false, true, true}, Case{true, initial_duplicate, false},
        Case{initial_duplicate, std::nullopt, false}}) {
    Site served([&](App& app) {
      app.layout("x").prevent_initial_callbacks(one.app);
      app.callback(kOut, kIn, CallbackOptions{.prevent_initial_call = one.callback}, next);
    });
    EXPECT_EQ(declared(served), entry({{"prevent_initial_call", one.sent}}));
  }
}

TEST(Wire, OfAllowDuplicate) {  // 2.1, 2.2, 2.4
  Site served =
      site(kOut.allow_duplicate(), kIn, CallbackOptions{.prevent_initial_call = true}, next);

  const Json own = declared(served);
  EXPECT_EQ(own, entry({{"output", own["output"]}, {"prevent_initial_call", true}}));
  const std::string id = *own["output"].as_string();
  EXPECT_THAT(id, testing::MatchesRegex("out\\.children@[0-9a-f]{64}"));
  const std::string marked =
      R"("outputs":{"id":"out","property":")" + id.substr(id.find("children")) + R"("},)";
  EXPECT_EQ(update(served, own["output"].dump(), marked).body,
            R"({"multi":true,"response":{"out":{"children":6}}})");
}

TEST(Wire, OfHiddenCallbacks) {  // 3
  Site served = site(kOut, kIn, CallbackOptions{.hidden = true}, next);

  EXPECT_EQ(declared(served), entry({{"hidden", true}}));
  EXPECT_EQ(update(served, R"("out.children")").status, 200);
}

TEST(Wire, OfApiEndpoints) {  // 2.18: pages see nothing of them
  Site served = site(kOut, kIn, CallbackOptions{.api_endpoint = {"/api/next", {"value"}}}, next);

  EXPECT_EQ(declared(served), entry());
  EXPECT_EQ(update(served, R"("out.children")").body,
            R"({"multi":true,"response":{"out":{"children":6}}})");
  const Answer answer = served.ask(Method::post, "/api/next",
                                   {{"Content-Type", "application/json"}}, R"({"value":5})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "6");
}

}  // namespace
}  // namespace ekiden::worker
