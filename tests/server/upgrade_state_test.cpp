// SPDX-License-Identifier: MIT
#include "server/upgrade_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ekiden::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

UpgradeState example() {
  UpgradeState state;
  state.version = "1.2.3";
  state.listeners = {{"unix:/run/\"x\".sock", 5, {"/run/\"x\".sock", 8, 1234567890123}},
                     {"", 6, {}}};
  state.admin = {"127.0.0.1:9000", 7, {}};
  state.cache = 10;
  state.traffic = 11;
  state.error_log = 12;
  state.generation = 3;
  state.last_generation = 4;
  state.workers = {{1, 7, 3, 4711, 13, shared::WorkerState::ready, 99, "wrote to a global", true},
                   {2, 8, 3, 0, -1, shared::WorkerState::booting, 100, "", false}};
  state.mold = {4710, 14, "app, 3 callbacks"};
  state.counts = {1, 2, 3};
  state.started_ns = 98;
  return state;
}

TEST(UpgradeState, ComesBackAsItWasWritten) {
  const UpgradeState state = UpgradeState::parse(example().text());
  EXPECT_EQ(state.text(), example().text());
  EXPECT_EQ(state.listeners[0].file.inode, 1234567890123U);
  EXPECT_EQ(state.workers[0].wants_successor, "wrote to a global");
  EXPECT_TRUE(state.workers[0].has_successor);
  EXPECT_EQ(state.workers[1].channel, -1);
  EXPECT_EQ(state.admin->text, "127.0.0.1:9000");
  EXPECT_EQ(state.scoreboard, -1);
}

TEST(UpgradeState, KnowsTheDescriptorsThatMustStayOpen) {
  EXPECT_THAT(example().descriptors(), ElementsAre(10, 11, 12, 14, 5, 6, 7, 13));
}

TEST(UpgradeState, IgnoresWhatALaterVersionAdds) {
  std::string text = example().text();
  text.insert(1, R"("later":{"x":1},)");
  EXPECT_EQ(UpgradeState::parse(text).text(), example().text());
}

std::string refusal(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  try {
    UpgradeState::parse(text);
    return "none";
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST(UpgradeState, RefusesWhatItCannotUse) {
  const std::string text = example().text();
  EXPECT_THAT(refusal(text, R"("format":1)", R"("format":2)"), HasSubstr("format 2"));
  EXPECT_THAT(refusal(text, R"("mold_pid":4710)", R"("mold_pid":"x")"), HasSubstr("mold_pid"));
  EXPECT_THAT(refusal(text, R"("slot":7)", R"("slot":256)"), HasSubstr("slot 256"));
  EXPECT_THAT(refusal(text, R"("workers":[)", R"("people":[)"), HasSubstr("workers"));
  EXPECT_NE(refusal(text, "{", ""), "none");
}

}  // namespace
}  // namespace ekiden::server
