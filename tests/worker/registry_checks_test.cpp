// SPDX-License-Identifier: MIT
#include "worker/app/registry_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ekiden/app.hpp>

#include "tests/worker/box.hpp"

namespace ekiden {
namespace {

using test::Box;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using worker::check_registry;
using worker::registry_problems;

int same(int value) { return value; }

/// An app with boxes "in" and "out".
class RegistryChecks : public testing::Test {
 protected:
  RegistryChecks() { app.layout({Box().id("in"), Box({Box().id("out")})}); }
  std::vector<std::string> problems() { return registry_problems(app.definition()); }
  /// "registry_checks_test.cpp:<line>"
  std::string here(int line) { return "registry_checks_test.cpp:" + std::to_string(line); }

  App app;
};

TEST_F(RegistryChecks, ASoundAppPasses) {
  app.callback(Output{"out", "children"}, Input{"in", "value"}, State{"in", "data-x"},
               [](int, int) { return 1; });
  app.callback(Output{"out", "value"}, [] { return 1; });

  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_NO_THROW(check_registry(app.definition()));
}

// Protocol reference, section 2.21.
TEST_F(RegistryChecks, CallbacksAreCheckedAgainstTheValidationLayoutIfThereIsOne) {
  app.validation_layout({Box().id("in"), Box().id("later")});
  app.callback(Output{"later", "children"}, Input{"in", "value"}, same);
  EXPECT_THAT(problems(), IsEmpty());

  app.callback(Output{"out", "children"}, Input{"in", "value"}, same);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("no component of the layout has the id \"out\"")));
}

TEST_F(RegistryChecks, ALayoutIsNeeded) {
  const App empty;

  EXPECT_THAT(registry_problems(empty.definition()), ElementsAre(HasSubstr("has no layout")));
}

TEST_F(RegistryChecks, ALayoutIsMadeOfComponents) {
  app.layout("text only");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("Layout must be a single component")));

  app.layout({Box(), "text"});
  EXPECT_THAT(problems(), IsEmpty());

  app.layout({Box(), 5});
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("Layout must be a single component")));
}

TEST_F(RegistryChecks, DuplicateIdsAreFoundAtAnyDepthAndNamedOnce) {
  app.layout({Box({Box({Box().id("a")})}).id("b"), Box().id("a"), Box("x").id("a")});

  EXPECT_THAT(problems(), ElementsAre("Duplicate component id found in the initial layout: `a`"));
}

TEST_F(RegistryChecks, PatternIdsAreEqualWhateverTheOrderOfTheirKeys) {
  app.layout({Box().id({{"type", "x"}, {"index", 1}}), Box().id({{"index", 1}, {"type", "x"}})});

  EXPECT_THAT(problems(), ElementsAre("Duplicate component id found in the initial layout: "
                                      "`{\"index\":1,\"type\":\"x\"}`"));
}

TEST_F(RegistryChecks, PropertiesThatTheTypeDoesNotHaveAreReported) {
  app.layout(Box({Box().id("a").prop("valeu", 1)}).prop("aria-label", "fine"));
  EXPECT_THAT(problems(), ElementsAre("The `test_components.Box` component with the ID \"a\" "
                                      "received an unexpected property `valeu`; did you mean "
                                      "\"value\"?"));

  app.layout(Component("unknown_library", "Widget", {{"anything", 1}}));
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(RegistryChecks, UnknownIdsAreReportedWithTheNearestOne) {
  app.callback(Output{"out", "children"}, Input{"inn", "value"}, same);
  const int line = __LINE__ - 1;

  EXPECT_THAT(problems(),
              ElementsAre("callback 'out.children' (" + here(line) +
                          "): Input \"inn.value\": no component of the layout has the id \"inn\"; "
                          "did you mean \"in\"? (if a callback creates it, call "
                          "app.suppress_callback_exceptions())"));
}

TEST_F(RegistryChecks, IfNoIdIsNearTheLayoutsIdsAreListed) {
  app.callback(Output{"out", "children"}, State{"dropdown", "value"}, same);

  EXPECT_THAT(problems(), ElementsAre(HasSubstr("State \"dropdown.value\": no component of the "
                                                "layout has the id \"dropdown\"; the layout's ids "
                                                "are \"in\", \"out\"")));
}

TEST_F(RegistryChecks, UnknownPropertiesAreReportedWithTheNearestOne) {
  app.callback(Output{"out", "childern"}, Input{"in", "value"}, same);

  EXPECT_THAT(problems(), ElementsAre(HasSubstr("Output \"out.childern\": the "
                                                "`test_components.Box` component has no property "
                                                "\"childern\"; did you mean \"children\"?")));
}

TEST_F(RegistryChecks, SuppressedExceptionsAllowIdsThatComeLater) {
  app.suppress_callback_exceptions();
  app.callback(Output{"later", "children"}, Input{"in", "value"}, same);

  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(RegistryChecks, CharactersOfThePropertySyntaxAreNotAllowedInIds) {
  app.suppress_callback_exceptions();
  app.callback(Output{"a.b", "children"}, Input{"{x", "value"}, same);

  EXPECT_THAT(problems(), ElementsAre(HasSubstr("the element `a.b` contains `.` in its ID"),
                                      HasSubstr("the element `{x` contains `{` in its ID")));
}

TEST_F(RegistryChecks, AnOutputBelongsToOneCallback) {
  app.callback(Output{"out", "children"}, Input{"in", "value"}, same);
  const int first = __LINE__ - 1;
  app.callback({Output{"out", "value"}, Output{"out", "children"}}, Input{"in", "value"},
               [](int) { return no_update; });

  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr(
                  "Output \"out.children\" is already in use by the callback at " + here(first))));
}

TEST_F(RegistryChecks, AnOutputIsGivenOncePerCallback) {
  app.callback({Output{"out", "children"}, Output{"out", "children"}}, Input{"in", "value"},
               [](int) { return no_update; });

  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("Output \"out.children\" is used twice by this callback")));
}

// Section 2.6 of the wire protocol.

TEST_F(RegistryChecks, PatternsNeedNoComponentButTheirPropertyMustFitOne) {
  app.layout({Box().id({{"type", "x"}, {"index", 1}}), Box().id("out")});
  app.callback(Output{"out", "children"}, Input{{{"type", "later"}, {"index", ALL}}, "value"},
               [](Json) { return 1; });
  EXPECT_THAT(problems(), IsEmpty());

  app.callback(Output{"out", "value"}, Input{{{"type", "x"}, {"index", ALL}}, "valeu"},
               [](Json) { return 1; });
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("component has no property \"valeu\"")));
}

TEST_F(RegistryChecks, OverlappingPatternsBelongToOneCallback) {
  app.callback(Output{{{"type", "x"}, {"index", ALL}}, "value"}, Input{"in", "value"}, same);
  app.callback(Output{{{"type", "y"}, {"index", ALL}}, "value"}, Input{"in", "value"}, same);
  EXPECT_THAT(problems(), IsEmpty());

  app.callback(Output{{{"type", "x"}, {"index", 3}}, "value"}, Input{"in", "value"}, same);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("is already in use by the callback at")));
}

TEST_F(RegistryChecks, AllOutputsMatchTheSameKeys) {
  app.callback({Output{{{"a", MATCH}}, "value"}, Output{"out", "children"}},
               Input{{{"a", MATCH}}, "value"}, [](int) { return no_update; });

  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("Output \"out.children\": Mismatched `MATCH` wildcards")));
}

TEST_F(RegistryChecks, ArgumentsMatchOnlyWhatTheOutputsMatch) {
  app.callback(Output{{{"a", MATCH}}, "value"}, Input{{{"b", MATCH}}, "value"}, same);
  app.callback(Output{"out", "value"}, Input{{{"b", MATCH}}, "value"}, same);
  app.callback(Output{"out", "children"}, Input{{{"b", ALLSMALLER}}, "value"},
               [](Json) { return 1; });

  EXPECT_THAT(problems(), ElementsAre(HasSubstr("`Input` / `State` wildcards not in `Output`s"),
                                      HasSubstr("where the Outputs have MATCH for no key")));
}

TEST_F(RegistryChecks, AllSmallerIsNotForOutputs) {
  app.callback(Output{{{"a", ALLSMALLER}}, "value"}, Input{"in", "value"}, same);

  EXPECT_THAT(problems(), ElementsAre(HasSubstr("ALLSMALLER is for Inputs and States")));
}

TEST_F(RegistryChecks, CallbacksThatRunEachOtherForEverAreReported) {
  app.layout({Box().id("a"), Box().id("b"), Box().id("c")});
  app.callback(Output{"b", "value"}, Input{"a", "value"}, same);
  app.callback(Output{"c", "value"}, Input{"b", "value"}, same);
  app.callback(Output{"a", "value"}, Input{"c", "value"}, same);
  const int last = __LINE__ - 1;

  EXPECT_THAT(problems(),
              ElementsAre("Circular Dependencies: b.value (" + here(last - 2) + ") -> c.value (" +
                          here(last - 1) + ") -> a.value (" + here(last) + ") -> b.value"));
}

TEST_F(RegistryChecks, StatesAndAPropertyOfBothSidesCloseNoCircle) {
  app.callback(Output{"in", "value"}, Input{"in", "value"}, same);
  app.callback(Output{"out", "value"}, State{"out", "children"}, Input{"in", "value"},
               [](int, int) { return 1; });
  app.callback(Output{"out", "children"}, Input{"out", "value"}, same);

  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(RegistryChecks, AllProblemsAreInOneReport) {
  app.layout({Box().id("a"), Box().id("a").prop("nonsense", 1)});
  app.callback(Output{"a", "children"}, Input{"zzz", "value"}, same);

  try {
    check_registry(app.definition());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("3 problems:\n  Duplicate component id"));
    EXPECT_THAT(error.what(), HasSubstr("`nonsense`"));
    EXPECT_THAT(error.what(), HasSubstr("\"zzz\""));
  }
}

}  // namespace
}  // namespace ekiden
