// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <ekiden/testing.hpp>

namespace ekiden {
namespace {

using ekiden::testing::AppUnderTest;
using ekiden::testing::Outcome;
using ekiden::testing::property_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Component div(Json::Object properties) {
  return Component("dash_html_components", "Div", std::move(properties));
}

Json id(const char* type, Json index) { return {{"type", type}, {"index", std::move(index)}}; }

std::string title(const char* type, Json index) {
  return property_of(id(type, std::move(index)), "title");
}

Component row(const char* type, Json index, int value) {
  return div({{"id", id(type, std::move(index))}, {"title", value}});
}

std::vector<std::string> names(const std::vector<Outcome>& outcomes) {
  std::vector<std::string> all;
  for (const Outcome& outcome : outcomes) all.push_back(outcome.callback);
  return all;
}

template <class Call>
std::string error_of(Call call) {
  try {
    call();
    return "no error";
  } catch (const Error& error) {
    return error.what();
  }
}

const CallbackOptions kPrevent{.prevent_initial_call = true};
const Pattern kItem{{"type", "item"}, {"index", MATCH}};
const Pattern kItems{{"type", "item"}, {"index", ALL}};
const Pattern kDouble{{"type", "double"}, {"index", MATCH}};

/// item n -> double n for each n, and all doubles -> sum. The order of the items is 2, 1.
void doubles(App& app) {
  app.layout({row("item", 2, 20), row("double", 2, 0), row("item", 1, 10), row("double", 1, 0),
              div({{"id", "sum"}}), div({{"id", "seen"}})});
  app.callback(Output{kDouble, "title"}, Input{kItem, "title"},
               [](int value) { return 2 * value; });
  app.callback(Output{"sum", "title"}, Input{{{"type", "double"}, {"index", ALL}}, "title"},
               [](std::vector<int> values) {
                 Json::Array all(values.begin(), values.end());
                 return Json(all);
               });
}

TEST(PatternsUnderTest, FireTheCallOfOneComponentByItsId) {
  const AppUnderTest app(doubles);

  const Outcome outcome = app.fire(title("double", 1), {{title("item", 1), 7}});
  EXPECT_EQ(outcome[title("double", 1)], Json(14));
  EXPECT_EQ(outcome.callback, R"({"index":1,"type":"double"}.title)");
  EXPECT_EQ(app.fire(R"({"type":"double","index":2}.title)")[title("double", 2)], Json(40));
}

TEST(PatternsUnderTest, AskWhichComponentIsMeantIfSeveralAre) {
  const AppUnderTest app(doubles);

  const std::string pattern = R"({"index":["MATCH"],"type":"double"}.title)";
  EXPECT_THAT(error_of([&] { app.fire(pattern); }),
              HasSubstr("stands for 2 calls on this page; name one, such as '"));
  EXPECT_EQ(app.fire(pattern, {{title("item", 2), 1}})[title("double", 2)], Json(2));
  EXPECT_THAT(error_of([&] {
                app.fire(title("double", 1), {{title("item", 2), 1}});
              }),
              HasSubstr("has no Input or State " + title("item", 2)));
  EXPECT_THAT(error_of([&] { app.fire(title("double", 3)); }), HasSubstr("no callback '"));
}

TEST(PatternsUnderTest, GiveListsInTheOrderOfTheLayout) {
  const AppUnderTest app(doubles);

  EXPECT_EQ(app.fire("sum.title", {{title("double", 1), 5}})["sum.title"], Json::array({0, 5}));
}

TEST(PatternsUnderTest, FollowFromMatchToAll) {
  AppUnderTest app(doubles);

  EXPECT_THAT(names(app.open()), ElementsAre(title("double", 2), title("double", 1), "sum.title"));
  EXPECT_EQ(app.value("sum.title"), Json::array({40, 20}));
  EXPECT_THAT(names(app.change({{title("item", 1), 3}})),
              ElementsAre(title("double", 1), "sum.title"));
  EXPECT_EQ(app.value(R"({"type":"double","index":1}.title)"), Json(6));
  EXPECT_EQ(app.value("sum.title"), Json::array({40, 6}));
}

/// Each row is the sum of those below it, and of its own style.
void sums(App& app) {
  app.layout({row("n", 0, 1), row("n", 2, 0), row("n", 10, 0), row("n", "x", 0)});
  app.callback(Output{{{"type", "n"}, {"index", MATCH}}, "title"},
               Input{{{"type", "n"}, {"index", ALLSMALLER}}, "title"},
               Input{{{"type", "n"}, {"index", MATCH}}, "lang"},
               [](std::vector<int> below, std::optional<int> own) {
                 int sum = own.value_or(1);
                 for (const int value : below) sum += value;
                 return sum;
               });
}

TEST(PatternsUnderTest, TakeAsSmallerWhatTheRendererDoesAndFollowItInOrder) {
  AppUnderTest app(sums);

  app.open();
  EXPECT_EQ(app.value(title("n", 0)), Json(1));
  EXPECT_EQ(app.value(title("n", 2)), Json(2));
  EXPECT_EQ(app.value(title("n", 10)), Json(4));
  EXPECT_EQ(app.value(title("n", "x")), Json(8));

  const std::string own = property_of(id("n", 2), "lang");
  EXPECT_THAT(names(app.change({{own, 5}})),
              ElementsAre(title("n", 2), title("n", 10), title("n", "x")));
  EXPECT_EQ(app.value(title("n", "x")), Json(16));
}

/// A button that adds a row; each row's double and the sum of all follow.
void growing(App& app) {
  app.layout({div({{"id", "add"}}), div({{"id", "rows"}, {"children", Json::Array{}}}),
              div({{"id", "count"}})});
  app.suppress_callback_exceptions();
  app.callback(Output{"rows", "children"}, Input{"add", "title"}, kPrevent, [](int count) {
    Json::Array rows;
    for (int i = 0; i < count; ++i) {
      rows.push_back(row("item", i, i));
      rows.push_back(row("double", i, -1));
    }
    return rows;
  });
  app.callback(Output{kDouble, "title"}, Input{kItem, "title"},
               [](int value) { return 2 * value; });
  app.callback(Output{"count", "title"}, Input{kItems, "title"},
               [](std::vector<int> values) { return values.size(); });
}

TEST(PatternsUnderTest, CallForNewComponentsWhatTheRendererCalls) {
  AppUnderTest app(growing);

  EXPECT_THAT(names(app.open()), ElementsAre("count.title")) << "a list of Inputs may be empty";
  EXPECT_EQ(app.value("count.title"), Json(0));

  EXPECT_THAT(names(app.change({{"add.title", 2}})),
              ElementsAre("rows.children", title("double", 0), title("double", 1), "count.title"));
  EXPECT_EQ(app.value(title("double", 1)), Json(2));
  EXPECT_EQ(app.value("count.title"), Json(2));

  EXPECT_THAT(names(app.change({{"add.title", 0}})), ElementsAre("rows.children", "count.title"));
  EXPECT_TRUE(app.value(title("double", 1)).is_null());
  EXPECT_EQ(app.value("count.title"), Json(0));
}

TEST(PatternsUnderTest, RunAFixedOutputForTheComponentThatChanged) {
  AppUnderTest app([](App& set_up) {
    doubles(set_up);
    set_up.callback(
        Output{"seen", "title"}, Input{kItem, "title"}, State{kItem, "id"}, kPrevent,
        [](int value, Json which) { return which["index"].dump() + ": " + std::to_string(value); });
  });

  app.change({{title("item", 2), 9}});
  EXPECT_EQ(app.value("seen.title"), Json("2: 9"));
  EXPECT_EQ(app.fire("seen.title", {{title("item", 1), 3}})["seen.title"], Json("1: 3"));
}

TEST(PatternsUnderTest, SetEachComponentThatAnAllOutputStandsFor) {
  AppUnderTest app([](App& set_up) {
    set_up.layout({div({{"id", "in"}, {"title", 1}}), row("item", 1, 0), row("item", 2, 0)});
    set_up.callback(Output{kItems, "title"}, Input{"in", "title"}, State{kItems, "id"},
                    [](int value, std::vector<Json> ids) {
                      Json::Array all;
                      for (const Json& one : ids)
                        all.push_back(value + int(*one["index"].as_number()));
                      return all;
                    });
  });

  app.open();
  EXPECT_EQ(app.value(title("item", 1)), Json(2));
  EXPECT_EQ(app.value(title("item", 2)), Json(3));
}

TEST(PatternsUnderTest, DoNotCallAtLoadWhatHasNoComponent) {
  AppUnderTest app([](App& set_up) {
    set_up.layout(div({{"id", "out"}}));
    set_up.suppress_callback_exceptions();
    set_up.callback(Output{"out", "title"}, Input{"missing", "title"}, [](Json) { return 1; });
    set_up.callback(Output{kDouble, "title"}, Input{kItem, "title"}, [](Json) { return 1; });
  });

  EXPECT_THAT(names(app.open()), IsEmpty());
}

}  // namespace
}  // namespace ekiden
