// SPDX-License-Identifier: MIT
#include "worker/app/pattern.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>

#include "tests/support/site.hpp"

/// Pattern-matching callbacks from declaration to response; sections of the wire protocol.
namespace ekiden::worker {
namespace {

using test::Answer;
using test::Site;
using ::testing::HasSubstr;

TEST(Pattern, IsWrittenWithSortedKeysAndWildcardsAsArrays) {  // 2.4
  const Output output{{{"type", "x"}, {"index", MATCH}, {"n", 2.0}, {"é", true}}, "value"};

  EXPECT_EQ(output.id, R"({"index":["MATCH"],"n":2,"type":"x","é":true})");
  EXPECT_EQ((Input{{{"a", ALL}, {"b", ALLSMALLER}}, "v"}.id),
            R"({"a":["ALL"],"b":["ALLSMALLER"]})");
}

TEST(Pattern, KeepsSingleDotsAndEscapesRunsOfThem) {  // 2.4: the browser splits at "..."
  EXPECT_EQ((Output{{{"a", "x.y"}, {"b", "x..y"}}, "v"}.id), R"({"a":"x.y","b":"x\u002e\u002ey"})");
}

TEST(Pattern, RefusesKeysTwiceAndNone) {
  EXPECT_THROW((Output{{{"a", 1}, {"a", 2}}, "v"}), Error);
  EXPECT_THROW(Pattern({}), Error);
}

TEST(Pattern, MatchesIdsWithItsKeysAndConstants) {  // 2.3
  const Pattern pattern{{"type", "x"}, {"index", ALL}};
  const auto fits = [&](const char* id) { return matches(pattern.members(), Json::parse(id)); };

  EXPECT_TRUE(fits(R"({"type":"x","index":1})"));
  EXPECT_TRUE(fits(R"({"index":"one","type":"x"})"));
  EXPECT_FALSE(fits(R"({"type":"y","index":1})"));
  EXPECT_FALSE(fits(R"({"type":"x"})"));
  EXPECT_FALSE(fits(R"({"type":"x","index":1,"more":2})"));
  EXPECT_FALSE(fits(R"({"type":"x","index":["ALL"]})"));
  EXPECT_FALSE(fits(R"({"type":"x","type":"x"})"));
  EXPECT_FALSE(fits(R"("x")"));
}

/// items' values -> the sum of a row, and each row's total.
void set_up(App& app) {
  app.layout("x");
  app.callback(Output{{{"type", "sum"}, {"row", MATCH}}, "children"},
               Input{{{"type", "item"}, {"row", MATCH}, {"column", ALL}}, "value"},
               State{"factor", "data"}, [](std::vector<int> values, int factor) {
                 int sum = 0;
                 for (const int value : values) sum += value * factor;
                 return sum;
               });
  app.callback(Output{{{"type", "item"}, {"row", ALL}}, "value"}, Input{"n", "value"},
               [](int count) {
                 std::vector<Update<int>> values;
                 for (int i = 0; i < count; ++i) {
                   values.push_back(i == 1 ? Update<int>(no_update) : Update<int>(i));
                 }
                 return values;
               });
}

constexpr const char* kSum = R"({"output":"{\"row\":[\"MATCH\"],\"type\":\"sum\"}.children",
  "outputs":{"id":{"type":"sum","row":"ä"},"property":"children"},
  "inputs":[[{"id":{"type":"item","row":"ä","column":1},"property":"value","value":2},
             {"id":{"type":"item","row":"ä","column":2},"property":"value","value":3}]],
  "state":[{"id":"factor","property":"data","value":10}],"changedPropIds":[]})";

TEST(PatternCallback, AnswersForTheComponentThatTheBrowserResolved) {  // 2.1, 2.2
  Site site(set_up);

  EXPECT_EQ(site.update(kSum).body,
            R"({"multi":true,"response":{"{\"row\":\"ä\",\"type\":\"sum\"}":{"children":50}}})");
}

TEST(PatternCallback, HasItsPatternsInTheDependencies) {  // 3
  Site site(set_up);

  const Json all = Json::parse(site.get("/_dash-dependencies").body);
  EXPECT_EQ(all[0]["output"], Json(R"({"row":["MATCH"],"type":"sum"}.children)"));
  EXPECT_EQ(all[0]["inputs"][0]["id"], Json(R"({"column":["ALL"],"row":["MATCH"],"type":"item"})"));
}

std::string rows(int count, const std::string& outputs) {
  return R"({"output":"{\"row\":[\"ALL\"],\"type\":\"item\"}.value","outputs":)" + outputs +
         R"(,"inputs":[{"id":"n","property":"value","value":)" + std::to_string(count) + "}]}";
}

constexpr const char* kThree = R"([{"id":{"type":"item","row":0},"property":"value"},
  {"id":{"type":"item","row":1},"property":"value"},
  {"id":{"type":"item","row":2},"property":"value"}])";

TEST(PatternCallback, GivesEachComponentOfAllItsValueOrNone) {  // 2.6
  Site site(set_up);

  EXPECT_EQ(site.update(rows(3, kThree)).body,
            R"({"multi":true,"response":{"{\"row\":0,\"type\":\"item\"}":{"value":0},)"
            R"("{\"row\":2,\"type\":\"item\"}":{"value":2}}})");
  EXPECT_EQ(site.update(rows(0, "[]")).body, R"({"multi":true,"response":{}})");
}

TEST(PatternCallback, FailsIfItReturnsAnotherNumberOfValues) {  // 2.11
  Site site(set_up, SiteOptions{.debug = true});

  const Answer answer = site.update(rows(2, kThree));
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr("InvalidCallbackReturnValue"));
  EXPECT_THAT(answer.body, HasSubstr("Expected 3, got 2"));
}

TEST(PatternCallback, RefusesIdsOutsideItsPattern) {  // 2.3, a security check
  Site site(set_up);

  for (const char* outputs :
       {R"([{"id":"n","property":"value"}])",
        R"({"id":{"type":"item","row":0},"property":"value"})",
        R"([{"id":{"type":"other","row":0},"property":"value"}])",
        R"([{"id":{"type":"item","row":{"a":1}},"property":"value"}])",
        R"([{"id":{"type":"item","row":0},"property":"style"}])", "null", "[[]]"}) {
    EXPECT_EQ(site.update(rows(1, outputs)).status, 500) << outputs;
  }
  EXPECT_EQ(site.update(R"({"output":"{\"row\":[\"ALL\"],\"type\":\"item\"}.value",
    "inputs":[{"id":"n","property":"value","value":1}]})")
                .status,
            500);
}

TEST(PatternCallback, RefusesInputsOutsideItsPattern) {  // 2.3
  Site site(set_up);
  std::string call = kSum;
  call.replace(call.find(R"("column":1)"), 10, R"("column":[])");

  EXPECT_EQ(site.update(kSum).status, 200);
  EXPECT_EQ(site.update(call).status, 500);
}

TEST(PatternCallback, RefusesInputsOfAnotherMatchThanItsOutput) {  // 2.3, 2.6
  Site site(set_up);
  for (const int place : {0, 1}) {
    std::string call = kSum;
    const std::string item = R"({"type":"item","row":)";
    std::size_t at = call.find(item);
    if (place == 1) at = call.find(item, at + 1);
    call.replace(at + item.size(), std::string_view("\"ä\"").size(), "\"b\"");
    EXPECT_EQ(site.update(call).status, 500) << call;
  }
}

TEST(PatternCallback, RefusesOutputsOfTwoMatches) {  // 2.3, 2.6
  Site site([](App& app) {
    app.layout("x");
    app.callback({Output{{{"type", "a"}, {"row", MATCH}}, "value"},
                  Output{{{"type", "b"}, {"row", MATCH}}, "value"}},
                 Input{"n", "value"}, [](int) { return std::tuple(1, 2); });
  });
  const auto call = [](int second) {
    return R"({"output":"..{\"row\":[\"MATCH\"],\"type\":\"a\"}.value...)"
           R"({\"row\":[\"MATCH\"],\"type\":\"b\"}.value..","outputs":[
             {"id":{"type":"a","row":1},"property":"value"},
             {"id":{"type":"b","row":)" +
           std::to_string(second) +
           R"(},"property":"value"}],"inputs":[{"id":"n","property":"value","value":1}]})";
  };
  EXPECT_EQ(site.update(call(1)).status, 200);
  EXPECT_EQ(site.update(call(2)).status, 500);
}

}  // namespace
}  // namespace ekiden::worker
