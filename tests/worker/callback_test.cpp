// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <ekiden/app.hpp>
#include <memory>

#include "tests/worker/one_callback.hpp"

namespace city {

struct City {
  std::string name;
  int population;
};

ekiden::Json to_json(const City& city) {
  return {{"name", city.name}, {"population", city.population}};
}

}  // namespace city

template <>
struct ekiden::FromJson<city::City> {
  static city::City read(const Json& json) {
    return {from_json<std::string>(json, "name"), from_json<int>(json, "population")};
  }
};

namespace ekiden {
namespace {

using city::City;

std::string shout(std::string_view text) { return std::string(text) + '!'; }

class Callback : public OneCallback {
 protected:
  /// The error of a handler `[](T) { return 0; }` for `value`, without the part that names it.
  template <class T>
  std::string reading(const Json& value) {
    app.callback(out, in, [](T) { return 0; });
    const std::string message = error({value});
    const std::size_t name = message.find("): ");
    return name == std::string::npos ? message : message.substr(name + 3);
  }

  const Output out{"out", "children"}, other{"other", "value"};
  const Input in{"in", "value"};
  const State state{"state", "data"};
};

using Texts = std::vector<std::string>;

TEST_F(Callback, TypesComeFromTheHandlersSignature) {
  app.callback(out, in, state, [](std::string city, std::optional<int> clicks) {
    return city + std::to_string(clicks.value_or(0));
  });

  EXPECT_EQ(run({"Oslo", 3}), Texts{"\"Oslo3\""});
  EXPECT_EQ(run({"Oslo", nullptr}), Texts{"\"Oslo0\""});
}

TEST_F(Callback, InputsAndStatesMayAlternate) {
  app.callback(out, state, in, Input{"b", "value"},
               [](int a, int b, int c) { return a * 100 + b * 10 + c; });

  EXPECT_EQ(run({1, 2, 3}), Texts{"123"});
  EXPECT_TRUE(definition().arguments[0].is_state);
  EXPECT_FALSE(definition().arguments[1].is_state);
  EXPECT_EQ(definition().arguments[2].dependency.id, "b");
}

TEST_F(Callback, FunctionsAndMoveOnlyLambdasAreHandlers) {
  app.callback(out, in, shout);
  EXPECT_EQ(run({"hey"}), Texts{"\"hey!\""});

  app.callback(out, in, [owned = std::make_unique<int>(5)](const int& value) noexcept {
    return *owned + value;
  });
  EXPECT_EQ(run({2}), Texts{"7"});
}

TEST_F(Callback, SeveralOutputsTakeATuple) {
  app.callback({out, other}, in, [](int value) { return std::tuple{value, "text"}; });
  EXPECT_EQ(run({1}), (Texts{"1", "\"text\""}));

  app.callback(outputs(out, other), in, [](int value) { return std::pair{value, no_update}; });
  EXPECT_EQ(run({1}), (Texts{"1", "-"}));

  app.callback({out, other}, in, [](int value) { return std::array{value, value + 1}; });
  EXPECT_EQ(run({1}), (Texts{"1", "2"}));
}

TEST_F(Callback, EachOutputMayBeLeftAlone) {
  app.callback({out, other}, in, [](int value) -> std::tuple<Update<int>, Update<std::string>> {
    if (value < 0) return {no_update, "negative"};
    return {value, no_update};
  });

  EXPECT_EQ(run({-1}), (Texts{"-", "\"negative\""}));
  EXPECT_EQ(run({1}), (Texts{"1", "-"}));
}

TEST_F(Callback, AllOutputsMayBeLeftAloneAtOnce) {
  app.callback({out, other}, in, [](int) { return no_update; });
  EXPECT_EQ(run({1}), (Texts{"-", "-"}));

  app.callback({out, other}, in, [](int value) -> Update<std::pair<int, int>> {
    if (value == 0) return no_update;
    return std::pair{value, value};
  });
  EXPECT_EQ(run({0}), (Texts{"-", "-"}));
  EXPECT_EQ(run({2}), (Texts{"2", "2"}));
}

TEST_F(Callback, NullIsAValueAndNoUpdateIsNone) {
  app.callback(out, in, [](bool null) -> Update<> {
    if (null) return nullptr;
    return no_update;
  });

  EXPECT_EQ(run({true}), Texts{"null"});
  EXPECT_EQ(run({false}), Texts{"-"});
}

TEST_F(Callback, AListOfOneOutputHasTheListsId) {
  app.callback(out, in, [](int value) { return value; });
  EXPECT_EQ(definition().output_id(), "out.children");

  app.callback({out}, in, [](int value) { return std::tuple{value}; });
  EXPECT_EQ(definition().output_id(), "..out.children..");

  app.callback({out, other}, in, [](int) { return no_update; });
  EXPECT_EQ(definition().output_id(), "..out.children...other.value..");
}

TEST_F(Callback, OwnTypesAreReadAndWritten) {
  app.callback(out, in, [](std::vector<City> cities) {
    return std::map<std::string, City>{{"first", cities.at(0)}};
  });

  EXPECT_EQ(run({Json::array({Json{{"name", "Oslo"}, {"population", 5}}})}),
            Texts{R"({"first":{"name":"Oslo","population":5}})"});
  EXPECT_EQ(error({Json::array({Json{{"name", "Oslo"}}})}),
            "callback 'out.children': argument 1 (Input \"in.value\"): element 0: member "
            "\"population\" is missing");
}

TEST_F(Callback, AValueThatDoesNotFitIsNamedWithCallbackAndArgument) {
  app.callback(Output{"graph", "figure"}, Input{"dropdown", "value"}, State{"n", "data"},
               [](std::string, int) { return 0; });

  EXPECT_EQ(error({nullptr, 1}),
            "callback 'graph.figure': argument 1 (Input \"dropdown.value\"): expected a string, "
            "got null");
  EXPECT_EQ(error({"x", "y"}),
            "callback 'graph.figure': argument 2 (State \"n.data\"): expected an integer, got the "
            "string \"y\"");
  EXPECT_EQ(error({"x"}), "callback 'graph.figure': expected 2 arguments, got 1");
}

TEST_F(Callback, EachTypeSaysWhatItExpects) {
  EXPECT_EQ(reading<std::string>(5), "expected a string, got the integer 5");
  EXPECT_EQ(reading<bool>("yes"), "expected a boolean, got the string \"yes\"");
  EXPECT_EQ(reading<int>(2.5), "expected an integer, got the number 2.5");
  EXPECT_EQ(reading<int>(2.0), "none");
  EXPECT_EQ(reading<std::uint8_t>(256), "expected an integer from 0 to 255, got the integer 256");
  EXPECT_EQ(reading<unsigned>(-1), "expected an integer from 0 to 4294967295, got the integer -1");
  EXPECT_EQ(reading<double>(true), "expected a number, got the boolean true");
  EXPECT_EQ(reading<float>(1), "none");
  EXPECT_EQ(reading<std::vector<int>>(Json::array({1, "x"})),
            "element 1: expected an integer, got the string \"x\"");
  EXPECT_EQ((reading<std::map<std::string, bool>>(Json{{"a", 1}})),
            "member \"a\": expected a boolean, got the integer 1");
  EXPECT_EQ(reading<std::optional<int>>(Json::array({1})), "expected an integer, got a list of 1");
}

TEST_F(Callback, LongTextIsCutInMessagesBetweenCharacters) {
  const std::string message = reading<int>("0123456789012345678901234567890123456é and more text");

  EXPECT_EQ(message,
            "expected an integer, got the string \"0123456789012345678901234567890123456é…\"");
}

TEST_F(Callback, WhatTheHandlerThrowsIsNotTakenForABadArgument) {
  app.callback(out, in, [](int value) -> int {
    if (value == 0) throw PreventUpdate();
    throw BadArgument("mine");
  });

  EXPECT_THROW(run({0}), PreventUpdate);
  EXPECT_EQ(error({1}), "mine");
}

TEST_F(Callback, RegistrationIsRemembered) {
  app.callback(Output{"a", "b"}, in, CallbackOptions{.prevent_initial_call = true}, shout);
  const std::string line = std::to_string(__LINE__ - 1);

  EXPECT_EQ(definition().where, "callback_test.cpp:" + line);
  EXPECT_EQ(definition().prevent_initial_call, true);

  app.callback(out, in, shout);
  EXPECT_EQ(definition().prevent_initial_call, std::nullopt);
}

}  // namespace
}  // namespace ekiden
