// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <stdexcept>

#include "tests/support/site.hpp"

// Error handlers: section 2.9 of the protocol's reference. Return checks: 2.11. Statuses: 2.2.
namespace ekiden {
namespace {

using ::testing::HasSubstr;
using worker::test::Answer;
using worker::test::Site;

constexpr const char* kCall = R"({"output":"out.children",
  "outputs":{"id":"out","property":"children"},
  "inputs":[{"id":"in","property":"value","value":1}],"changedPropIds":["in.value"]})";
constexpr const char* kCallTwo = R"({"output":"..a.p...b.p..",
  "outputs":[{"id":"a","property":"p"},{"id":"b","property":"p"}],
  "inputs":[{"id":"in","property":"value","value":1}],"changedPropIds":["in.value"]})";

int fail(int) { throw std::out_of_range("no row 1"); }

worker::SiteOptions debugging() {
  worker::SiteOptions options;
  options.debug = true;
  return options;
}

/// A site whose callback does `handler` and then `on_error`.
Site one_output(auto handler, ErrorHandler on_error, ErrorHandler of_app = {}) {
  return Site(
      [&](App& app) {
        app.layout("x").on_error(of_app);
        app.callback(Output{"out", "children"}, Input{"in", "value"},
                     CallbackOptions{.on_error = on_error}, handler);
      },
      debugging());
}

Answer answer_of_two(ErrorHandler on_error) {
  Site site(
      [&](App& app) {
        app.layout("x");
        app.callback({Output{"a", "p"}, Output{"b", "p"}}, Input{"in", "value"},
                     CallbackOptions{.on_error = on_error},
                     [](int) -> std::pair<int, int> { throw std::runtime_error("x"); });
      },
      debugging());
  return site.update(kCallTwo);
}

std::string what(const std::exception& error) { return error.what(); }

TEST(OnError, MakesTheCallbacksValueFromTheException) {
  EXPECT_EQ(one_output(fail, what).update(kCall).body,
            R"({"multi":true,"response":{"out":{"children":"no row 1"}}})");
}

TEST(OnError, OfTheAppIsCalledForCallbacksThatHaveNone) {
  const auto of_app = [](const std::exception&) { return "app"; };
  const auto own = [](const std::exception&) { return "own"; };
  EXPECT_THAT(one_output(fail, {}, of_app).update(kCall).body, HasSubstr("\"app\""));
  EXPECT_THAT(one_output(fail, own, of_app).update(kCall).body, HasSubstr("\"own\""));
}

TEST(OnError, MayBeGivenToTheAppAfterItsCallbacks) {
  Site site([](App& app) {
    app.layout("x");
    app.callback(Output{"out", "children"}, Input{"in", "value"}, fail);
    app.on_error([](const std::exception&) { return "late"; });
  });
  EXPECT_THAT(site.update(kCall).body, HasSubstr("\"late\""));
}

TEST(OnError, LeavesTheOutputsAloneWhenItReturnsNothing) {
  const std::string empty = R"({"multi":true,"response":{}})";
  EXPECT_EQ(one_output(fail, [](const std::exception&) {}).update(kCall).body, empty);
  EXPECT_EQ(one_output(fail, [](const std::exception&) { return Json(); }).update(kCall).body,
            empty);
  EXPECT_EQ(one_output(fail, [](const std::exception&) { return no_update; }).update(kCall).body,
            empty);
  EXPECT_EQ(answer_of_two([](const std::exception&) { return Json(); }).body, empty);
}

TEST(OnError, MaySetPropertiesOfOtherComponents) {
  Site site = one_output(fail, [](const std::exception& error) {
    set_props("alert", {{"children", error.what()}});
  });
  EXPECT_EQ(site.update(kCall).body,
            R"({"multi":true,"response":{},"sideUpdate":{"alert":{"children":"no row 1"}}})");
}

TEST(OnError, ReturnsAValueForEachOutput) {
  const std::string both = R"({"multi":true,"response":{"a":{"p":1},"b":{"p":2}}})";
  EXPECT_EQ(answer_of_two([](const std::exception&) { return std::pair(1, 2); }).body, both);
  EXPECT_EQ(answer_of_two([](const std::exception&) { return Json::array({1, 2}); }).body, both);
}

TEST(OnError, IsNotCalledForPreventUpdate) {
  Site site = one_output([](int) -> int { throw PreventUpdate(); }, what, what);
  EXPECT_EQ(site.update(kCall).status, 204);
}

TEST(OnError, MayPreventTheUpdate) {
  Site site = one_output(fail, [](const std::exception&) { throw PreventUpdate(); });
  EXPECT_EQ(site.update(kCall).status, 204);
}

TEST(OnError, IsToldOfArgumentsThatDoNotFit) {
  Site site = one_output([](std::string) { return 1; }, what);
  EXPECT_THAT(site.update(kCall).body, HasSubstr("expected a string, got the integer 1"));
}

TEST(OnError, IsToldTheTypeOfWhatIsNoException) {
  Site site = one_output([](int) -> int { throw "text"; }, what);
  EXPECT_THAT(site.update(kCall).body, HasSubstr("char const*: text"));
}

TEST(OnError, ThatThrowsIsTheCallbacksError) {
  const Answer answer = one_output(fail, [](const std::exception&) {
                          throw std::logic_error("worse");
                        }).update(kCall);
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr("std::logic_error: worse"));
}

TEST(ReturnValue, OfAnErrorHandlerMustFitTheOutputs) {
  EXPECT_THAT(answer_of_two([](const std::exception&) { return 5; }).body,
              HasSubstr("ekiden::InvalidCallbackReturnValue: The callback ..a.p...b.p.. is a "
                        "multi-output.\nExpected the output type to be a list or tuple but "
                        "got:\n5."));
  EXPECT_THAT(answer_of_two([](const std::exception&) { return Json::array({1}); }).body,
              HasSubstr("Invalid number of output values for ..a.p...b.p...\n"
                        "Expected 2, got 1"));
  EXPECT_THAT(
      one_output(fail, [](const std::exception&) { return std::pair(1, 2); }).update(kCall).body,
      HasSubstr("Invalid number of output values for out.children.\nExpected 1, got 2"));
}

}  // namespace
}  // namespace ekiden
