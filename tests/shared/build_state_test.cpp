// SPDX-License-Identifier: MIT
#include "shared/build_state.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

TEST(BuildState, TellsOtherProcessesWhatDoesNotBuild) {
  BuildState state;
  EXPECT_EQ(state.version(), 0U);
  Child builder([&state] {
    state.fail("app.cpp:1: error");
    return 0;
  });
  EXPECT_EQ(builder.wait(), 0);

  EXPECT_EQ(state.error(), "app.cpp:1: error");
  EXPECT_EQ(state.version(), 1U);
}

TEST(BuildState, ASuccessIsNewsAfterAFailureOnly) {
  BuildState state;
  state.succeed();
  EXPECT_EQ(state.version(), 0U);
  state.fail("error");
  state.succeed();
  state.succeed();

  EXPECT_EQ(state.version(), 2U);
  EXPECT_EQ(state.error(), "");
}

TEST(BuildState, ALongTextIsCutAndAnEmptyOneStillAFailure) {
  BuildState state;
  state.fail(std::string(100'000, 'x'));
  EXPECT_EQ(state.error(), std::string(BuildState::kLongest, 'x'));
  state.fail("");
  EXPECT_NE(state.error(), "");
}

TEST(BuildState, AReaderGetsWholeTextsOnly) {
  BuildState state;
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (char c = 'a'; !stop; c = c == 'z' ? 'a' : static_cast<char>(c + 1)) {
      state.fail(std::string(100 + static_cast<std::size_t>(c), c));
    }
  });
  for (int i = 0; i < 2000; ++i) {
    const std::string text = state.error();
    if (text.empty()) continue;  // it was written all the time
    EXPECT_EQ(text, std::string(100 + static_cast<std::size_t>(text[0]), text[0]));
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace ekiden::shared
