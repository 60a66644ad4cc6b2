// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <ekiden/testing.hpp>
#include <filesystem>

namespace ekiden {
namespace {

using ekiden::testing::AppUnderTest;
using ekiden::testing::Outcome;
using ekiden::testing::Values;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Component div(Json::Object properties) {
  return Component("dash_html_components", "Div", std::move(properties));
}

std::vector<std::string> names(const std::vector<Outcome>& outcomes) {
  std::vector<std::string> all;
  for (const Outcome& outcome : outcomes) all.push_back(outcome.callback);
  return all;
}

/// in -> doubled -> sum, and in -> sum: the sum must be called once, after doubled.
void diamond(App& app) {
  app.layout({div({{"id", "in"}, {"title", 1}}), div({{"id", "doubled"}}), div({{"id", "sum"}})});
  app.callback(Output{"sum", "title"}, Input{"in", "title"}, Input{"doubled", "title"},
               [](int in, std::optional<int> doubled) { return in + doubled.value_or(-100); });
  app.callback(Output{"doubled", "title"}, Input{"in", "title"}, [](int in) -> Update<int> {
    if (in == 13) throw PreventUpdate();
    if (in == 99) throw std::runtime_error("too many");
    return 2 * in;
  });
}

TEST(AppUnderTest, ShowsLayoutAndDependenciesAsTheBrowserGetsThem) {
  const AppUnderTest app(diamond);

  EXPECT_EQ(app.layout()[0]["props"]["id"], Json("in"));
  EXPECT_EQ(app.dependencies()[1]["output"], Json("doubled.title"));
}

TEST(AppUnderTest, FiresACallbackWithTheValuesGiven) {
  const AppUnderTest app(diamond);

  const Outcome outcome = app.fire("doubled.title", {{"in.title", 21}});
  EXPECT_TRUE(outcome.updated());
  EXPECT_EQ(outcome["doubled.title"], Json(42));
}

TEST(AppUnderTest, TakesTheOtherArgumentsFromTheLayout) {
  const AppUnderTest app(diamond);

  EXPECT_EQ(app.fire("doubled.title")["doubled.title"], Json(2));
  EXPECT_EQ(app.fire("sum.title", {{"doubled.title", 5}})["sum.title"], Json(6));
}

TEST(AppUnderTest, TellsAPreventedUpdateFromAFailure) {
  const AppUnderTest app(diamond);

  EXPECT_TRUE(app.fire("doubled.title", {{"in.title", 13}}).prevented());
  const Outcome failed = app.fire("doubled.title", {{"in.title", 99}});
  EXPECT_TRUE(failed.failed());
  EXPECT_EQ(failed.error, "std::runtime_error: too many");
  EXPECT_EQ(failed.find("doubled.title"), nullptr);
}

TEST(AppUnderTest, CallsEachCallbackOnceAfterThoseItDependsOn) {
  AppUnderTest app(diamond);

  EXPECT_THAT(names(app.open()), ElementsAre("doubled.title", "sum.title"));
  EXPECT_EQ(app.value("sum.title"), Json(3));
  EXPECT_THAT(names(app.change({{"in.title", 10}})), ElementsAre("doubled.title", "sum.title"));
  EXPECT_EQ(app.value("sum.title"), Json(30));
}

TEST(AppUnderTest, KeepsThePageAsItIsWhereAnUpdateIsPrevented) {
  AppUnderTest app(diamond);
  app.open();

  app.change({{"in.title", 13}});
  EXPECT_EQ(app.value("doubled.title"), Json(2));
  EXPECT_EQ(app.value("sum.title"), Json(15));
}

TEST(AppUnderTest, DoesNotCallAtLoadWhatPreventsIt) {
  AppUnderTest page([](App& app) {
    diamond(app);
    app.prevent_initial_callbacks();
  });

  EXPECT_THAT(names(page.open()), ElementsAre());
}

TEST(AppUnderTest, RefusesWhatTheAppDoesNotHave) {
  const AppUnderTest app(diamond);

  try {
    app.fire("nothing.title");
    FAIL() << "an unknown callback was called";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no callback 'nothing.title'; there are: sum.title, "));
  }
  EXPECT_THROW(app.fire("doubled.title", {{"in.style", 1}}), Error);
}

TEST(AppUnderTest, ChecksTheAppAsTheServerDoes) {
  EXPECT_THROW(AppUnderTest([](App&) {}), Error) << "an app without a layout was accepted";
}

TEST(AppUnderTest, SaysWhyAValueIsMissing) {
  const AppUnderTest app(diamond);

  try {
    app.fire("doubled.title", {{"in.title", 99}})["doubled.title"];
    FAIL() << "a failed callback has a value";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("std::runtime_error: too many"));
  }
}

/// in -> out, which also sets "status", from which "seen" follows.
void with_side_effects(App& app) {
  app.layout({div({{"id", "in"}, {"title", 1}}), div({{"id", "out"}, {"style", Json{{"a", 1}}}}),
              div({{"id", "status"}}), div({{"id", "seen"}})});
  app.callback(Output{"out", "style"}, Input{"in", "title"}, [](int in) {
    set_props("status", {{"title", "in is " + std::to_string(in)}});
    Patch style;
    style["b"] = in;
    return style;
  });
  app.callback(Output{"seen", "title"}, Input{"status", "title"},
               [](std::optional<std::string> status) { return status; });
}

TEST(AppUnderTest, ShowsWhatACallbackSetBesidesItsOutputs) {
  const AppUnderTest app(with_side_effects);

  const Outcome outcome = app.fire("out.style", {{"in.title", 5}});
  ASSERT_EQ(outcome.set_props.size(), 1u);
  EXPECT_EQ(outcome.set_props[0].first, "status.title");
  EXPECT_EQ(outcome.set_props[0].second, Json("in is 5"));
}

TEST(AppUnderTest, FollowsSetPropsAndAppliesPatches) {
  AppUnderTest app(with_side_effects);

  app.change({{"in.title", 5}});
  EXPECT_EQ(app.value("seen.title"), Json("in is 5"));
  EXPECT_EQ(app.value("out.style"), Json::parse(R"({"a":1,"b":5})"));
}

/// in -> middle on the server, middle -> end in the browser.
void with_clientside(App& app) {
  app.layout({div({{"id", "in"}, {"title", 1}}), div({{"id", "middle"}}), div({{"id", "end"}})});
  app.callback(Output{"middle", "title"}, Input{"in", "title"}, [](int in) { return in + 1; });
  app.clientside_callback("x => x", Output{"end", "title"}, Input{"middle", "title"},
                          State{"in", "title"});
}

TEST(AppUnderTest, SaysWhichCallbacksTheBrowserWouldHaveRun) {
  AppUnderTest app(with_clientside);

  const std::vector<Outcome> outcomes = app.change({{"in.title", 5}});
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[0]["middle.title"], Json(6));
  EXPECT_EQ(outcomes[1].callback, "end.title");
  EXPECT_TRUE(outcomes[1].in_browser());
  EXPECT_THAT(outcomes[1].error, HasSubstr("runs in the browser"));
  EXPECT_EQ(app.open().size(), 2u);
}

TEST(AppUnderTest, RefusesToFireAClientsideCallback) {
  const AppUnderTest app(with_clientside);

  try {
    app.fire("end.title");
    FAIL() << "JavaScript was run";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("'end.title' is a clientside callback"));
  }
}

}  // namespace
}  // namespace ekiden
