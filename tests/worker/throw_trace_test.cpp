// SPDX-License-Identifier: MIT
#include "worker/app/throw_trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>
#include <stdexcept>

#include "tests/support/site.hpp"

namespace app_code {

__attribute__((noinline)) int fails_deep_inside(int value) {
  if (value > 0) throw std::runtime_error("too deep");
  return value;
}

__attribute__((noinline)) int calls_it(int value) { return fails_deep_inside(value) + 1; }

}  // namespace app_code

namespace ekiden::worker {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kCall = R"({"output":"out.children",
  "outputs":{"id":"out","property":"children"},
  "inputs":[{"id":"in","property":"value","value":1}],"changedPropIds":["in.value"]})";

/// Builds with a sanitizer record nothing.
bool records() {
  const ThrowRecorder recorder;
  try {
    app_code::calls_it(1);
  } catch (const std::runtime_error&) {
  }
  return !last_throw({}).empty();
}

test::Answer error_page(bool debug, bool prune = true) {
  SiteOptions options;
  options.debug = debug;
  if (!prune) options.dev_tools.prune_errors = shared::Switch::off;
  test::Site site(
      [](App& app) {
        app.layout("x");
        app.callback(Output{"out", "children"}, Input{"in", "value"},
                     [](int value) { return app_code::calls_it(value); });
      },
      options);
  return site.update(kCall);
}

TEST(ThrowTrace, ListsTheFunctionsDownToTheRecorder) {
  if (!records()) GTEST_SKIP() << "built with a sanitizer";
  const ThrowRecorder recorder;
  EXPECT_THROW(app_code::calls_it(1), std::runtime_error);
  const auto function = [](const char* name) { return Field(&TraceFrame::function, name); };
  EXPECT_THAT(last_throw({}), ElementsAre(function("app_code::fails_deep_inside(int)"),
                                          function("app_code::calls_it(int)")));
}

TEST(ThrowTrace, IsNotRecordedWithoutARecorder) {
  { const ThrowRecorder forgets; }
  EXPECT_THROW(app_code::calls_it(1), std::runtime_error);
  EXPECT_THAT(last_throw({}), IsEmpty());
}

// The document: section 5 of the protocol's reference.
TEST(ErrorPage, ShowsTheAppsFunctionsWithTheirLinesUnderDebug) {
  const std::string page = error_page(true).body;
  EXPECT_THAT(page, AllOf(HasSubstr("<!doctype html>"), HasSubstr("</head>"),
                          HasSubstr("<h1>std::runtime_error</h1>"),
                          HasSubstr("<p class=\"errormsg\">std::runtime_error: too deep</p>"),
                          HasSubstr("class=\"debugger\""), HasSubstr("<textarea")));
  if (!records()) GTEST_SKIP() << "built with a sanitizer";
  EXPECT_THAT(page, AllOf(HasSubstr("<code>app_code::fails_deep_inside(int)</code>"),
                          HasSubstr("throw_trace_test.cpp:15</cite>"),
                          HasSubstr("<code>app_code::calls_it(int)</code>"),
                          Not(HasSubstr("std::function")), Not(HasSubstr("NamedHandler"))));
}

TEST(ErrorPage, ShowsAllFunctionsIfErrorsAreNotPruned) {
  if (!records()) GTEST_SKIP() << "built with a sanitizer";
  EXPECT_THAT(error_page(true, false).body,
              AllOf(HasSubstr("<code>app_code::calls_it(int)</code>"),
                    HasSubstr("ekiden::worker::UpdateComponent")));
}

TEST(ErrorPage, ShowsNothingOfThatWithoutDebug) {
  const std::string page = error_page(false).body;
  EXPECT_THAT(page, AllOf(HasSubstr("500 Internal Server Error"), Not(HasSubstr("app_code")),
                          Not(HasSubstr("too deep")), Not(HasSubstr("out.children"))));
}

}  // namespace
}  // namespace ekiden::worker
