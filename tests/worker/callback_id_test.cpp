// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "worker/dispatch/dependencies.hpp"

namespace ekiden::worker {
namespace {

CallbackDefinition callback(std::vector<Output> outputs, bool multi,
                            std::vector<Argument> arguments = {}) {
  CallbackDefinition definition;
  definition.outputs = std::move(outputs);
  definition.multi = multi;
  definition.arguments = std::move(arguments);
  return definition;
}

TEST(CallbackId, OfOneOutputIsIdDotProperty) {
  EXPECT_EQ(callback_id(callback({{"graph", "figure"}}, false)), "graph.figure");
}

TEST(CallbackId, OfSeveralOutputsIsJoinedByThreeDots) {
  EXPECT_EQ(callback_id(callback({{"a", "p"}, {"b", "q"}}, true)), "..a.p...b.q..");
}

TEST(CallbackId, OfAListOfOneOutputIsTheListForm) {
  EXPECT_EQ(callback_id(callback({{"a", "p"}}, true)), "..a.p..");
}

TEST(CallbackId, WithoutOutputIs64HexDigitsWithoutADot) {
  const std::string id = callback_id(callback({}, false, {{{"in", "value"}, false}}));

  EXPECT_EQ(id.size(), 64U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(CallbackId, WithoutOutputDependsOnTheInputsButNotOnTheStates) {
  const Argument in{{"in", "value"}, false}, other{{"other", "value"}, false};
  const Argument state{{"state", "data"}, true};

  EXPECT_EQ(callback_id(callback({}, false, {in})), callback_id(callback({}, false, {in, state})));
  EXPECT_NE(callback_id(callback({}, false, {in})), callback_id(callback({}, false, {other})));
}

TEST(CallbackId, IsUniqueAmongCallbacksWithoutOutputThatShareTheirInputs) {
  const Argument in{{"in", "value"}, false};
  const std::vector<CallbackDefinition> same(3, callback({}, false, {in}));

  std::vector<std::string> ids = callback_ids(same);

  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
}

TEST(CallbackId, WithoutOutputIsTheSameInEveryRun) {
  const std::vector<CallbackDefinition> same(2, callback({}, false, {{{"in", "value"}, false}}));

  EXPECT_EQ(callback_ids(same), callback_ids(same));
}

}  // namespace
}  // namespace ekiden::worker
