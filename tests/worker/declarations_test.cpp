// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>

#include "tests/support/site.hpp"
#include "tests/worker/box.hpp"
#include "worker/app/registry_checks.hpp"

/// What a callback can declare besides its properties, on the wire; sections of the wire protocol.
namespace ekiden::worker {
namespace {

using ekiden::test::Box;
using test::Site;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Json dependencies(Site& site) { return Json::parse(site.get("/_dash-dependencies").body); }

std::string text(const Json& json) { return *json.as_string(); }

const Input in{"in", "value"};
constexpr const char* kInput = R"("inputs":[{"id":"in","property":"value","value":5}])";

/// Two callbacks that are alike but for the value they return.
void set_up_twins(App& app) {
  app.layout("x");
  const CallbackOptions prevent{.prevent_initial_call = true};
  app.callback(Output{"out", "children"}.allow_duplicate(), in, prevent, [](int) { return 1; });
  app.callback(Output{"out", "children"}.allow_duplicate(), in, prevent, [](int) { return 2; });
}

TEST(AllowDuplicate, MarksTheOutputSoThatIdsNeverCollide) {  // 2.4, and the addition in 3
  Site site(set_up_twins);

  const Json all = dependencies(site);
  const std::string first = text(all[0]["output"]), second = text(all[1]["output"]);
  EXPECT_THAT(first, StartsWith("out.children@"));
  EXPECT_EQ(first.size(), std::string("out.children@").size() + 64);
  EXPECT_THAT(second, StartsWith("out.children@"));
  EXPECT_NE(first, second);
}

TEST(AllowDuplicate, AnswersWithoutTheMark) {  // 2.1, 2.2
  Site site(set_up_twins);

  const Json all = dependencies(site);
  for (int i = 0; i < 2; ++i) {
    const std::string output = text(all[i]["output"]);
    const std::string property = output.substr(output.find('.') + 1);
    EXPECT_EQ(site.update(R"({"output":")" + output + R"(","outputs":{"id":"out","property":")" +
                          property + R"("},)" + kInput + "}")
                  .body,
              R"({"multi":true,"response":{"out":{"children":)" + std::to_string(i + 1) + "}}}");
  }
}

TEST(AllowDuplicate, MarksOnlyTheOutputsThatAskForIt) {  // 2.4
  Site site([](App& app) {
    app.layout("x");
    app.callback({Output{"a", "p"}.allow_duplicate(), Output{"b", "q"}}, in,
                 CallbackOptions{.prevent_initial_call = initial_duplicate},
                 [](int) { return no_update; });
  });

  const Json only = dependencies(site)[0];
  EXPECT_THAT(text(only["output"]),
              ::testing::MatchesRegex("\\.\\.a\\.p@[0-9a-f]{64}\\.\\.\\.b\\.q\\.\\."));
  EXPECT_EQ(only["prevent_initial_call"], Json(false));  // 2.8
}

TEST(AllowDuplicate, NeedsPreventInitialCall) {  // 2.8
  App app;
  app.layout(Box().id("in"));
  app.callback(Output{"in", "children"}.allow_duplicate(), in, [](int) { return 1; });
  EXPECT_THAT(registry_problems(app.definition()),
              ElementsAre(HasSubstr("allow_duplicate requires prevent_initial_call")));

  app.prevent_initial_callbacks(initial_duplicate);
  EXPECT_THAT(registry_problems(app.definition()), IsEmpty());
  app.prevent_initial_callbacks();
  EXPECT_THAT(registry_problems(app.definition()), IsEmpty());
}

TEST(AllowDuplicate, PermitsOtherOwners) {
  App app;
  app.layout(Box().id("in"));
  app.callback(Output{"in", "children"}, in, [](int) { return 1; });
  app.callback(Output{"in", "children"}.allow_duplicate(), in,
               CallbackOptions{.prevent_initial_call = true}, [](int) { return 1; });

  EXPECT_THAT(registry_problems(app.definition()), IsEmpty());
}

TEST(NoOutput, IsSaidInTheDependenciesAndAnsweredWithoutContent) {  // 2.2, 2.4, 3
  int called = 0;
  Site site([&](App& app) {
    app.layout("x");
    app.callback(in, [&called](int value) { called += value; });
    app.callback([] {});
  });

  const Json all = dependencies(site);
  const std::string id = text(all[0]["output"]);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(all[0]["no_output"], Json(true));
  EXPECT_EQ(all[1]["inputs"], Json::array({}));
  const auto answer = site.update(R"({"output":")" + id + R"(",)" + kInput + "}");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(called, 5);
}

TEST(NoInput, CallbacksHaveStatesOnly) {
  Site site([](App& app) {
    app.layout("x");
    app.callback(Output{"out", "children"}, State{"in", "value"}, [](int n) { return n; });
  });

  EXPECT_EQ(dependencies(site)[0]["inputs"], Json::array({}));
  EXPECT_EQ(site.update(R"({"output":"out.children","outputs":{"id":"out","property":"children"},
      "inputs":[],"state":[{"id":"in","property":"value","value":7}]})")
                .body,
            R"({"multi":true,"response":{"out":{"children":7}}})");
}

void set_up_optional(App& app) {
  app.layout("x");
  app.callback(Output{"out", "children"}, in, Input{{{"row", 1}}, "value"}.optional(),
               State{"maybe", "value"}.optional(),
               [](int, std::optional<int> row, std::optional<int> state) {
                 return row.value_or(-1) + state.value_or(-1);
               });
}

TEST(Optional, ArgumentsSaySoInTheDependencies) {  // 3
  Site site(set_up_optional);

  const Json only = dependencies(site)[0];
  EXPECT_EQ(only["inputs"][0].find("allow_optional"), nullptr);
  EXPECT_EQ(only["inputs"][1]["allow_optional"], Json(true));
  EXPECT_EQ(only["state"][0]["allow_optional"], Json(true));
}

TEST(Optional, ArgumentsAreNullIfTheComponentIsMissing) {  // 2.1
  Site site(set_up_optional);

  EXPECT_EQ(site.update(R"({"output":"out.children","inputs":[
    {"id":"in","property":"value","value":5},
    {"id":"{\"row\":1}","property":"value","allow_optional":true,"value":null}],
    "state":[{"id":"maybe","property":"value","allow_optional":true,"value":null}]})")
                .body,
            R"({"multi":true,"response":{"out":{"children":-2}}})");
}

TEST(Optional, ComponentsNeedNotBeInTheLayout) {
  App app;
  app.layout(Box().id("in"));
  app.callback(Output{"in", "children"}, in, Input{"later", "value"}.optional(),
               [](int, std::optional<int>) { return 1; });
  app.callback(Output{"later", "children"}, Input{"later", "value"},
               CallbackOptions{.optional = true}, [](int) { return 1; });

  EXPECT_THAT(registry_problems(app.definition()), IsEmpty());
}

TEST(Options, AreInTheDependencies) {  // 2.10, 3
  Site site([](App& app) {
    app.layout("x");
    app.callback(
        Output{"out", "children"}, in,
        CallbackOptions{.running = {{Output{"run", "disabled"}, true, false},
                                    {Output{{{"row", MATCH}}, "style"}, Json{{"a", 1}}, nullptr}},
                        .optional = true,
                        .hidden = true},
        [](int) { return 1; });
  });

  const Json only = dependencies(site)[0];
  EXPECT_EQ(only["hidden"], Json(true));
  EXPECT_EQ(only["optional"], Json(true));
  EXPECT_EQ(only["running"], Json::parse(R"({
    "running": {"run.disabled": true, "{\"row\":[\"MATCH\"]}.style": {"a": 1}},
    "runningOff": {"run.disabled": false, "{\"row\":[\"MATCH\"]}.style": null}})"));
}

TEST(Options, CallbacksAreHiddenAsTheAppSaysUnlessTheySayOtherwise) {  // 3
  Site site([](App& app) {
    app.layout("x");
    app.hide_all_callbacks();
    app.callback(Output{"a", "children"}, in, [](int) { return 1; });
    app.callback(Output{"b", "children"}, in, CallbackOptions{.hidden = false},
                 [](int) { return 1; });
  });

  EXPECT_EQ(dependencies(site)[0]["hidden"], Json(true));
  EXPECT_EQ(dependencies(site)[1]["hidden"], Json(false));
}

TEST(Options, ACallbackWithoutOutputsAndInputsStillHasAPlaceInTheSource) {
  App app;
  app.callback([] {});
  const int line = __LINE__ - 1;
  app.callback(CallbackOptions{.hidden = true}, [] {});

  const std::string place = "declarations_test.cpp:";
  EXPECT_EQ(app.definition().callbacks[0].where, place + std::to_string(line));
  EXPECT_EQ(app.definition().callbacks[1].where, place + std::to_string(line + 2));
}

}  // namespace
}  // namespace ekiden::worker
