// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include "shared/scoreboard.hpp"
#include "tests/process/stand_in.hpp"

namespace ekiden::test {
namespace {

using testing::HasSubstr;

/// A server whose mold reports what a file holds, each time that is another text. Its workers print
/// what they are told.
class HotReload : public testing::Test {
 protected:
  RunningServer start() {
    server::AppCode code = idle_app();
    const auto path = stand_in_.folder.path() / "changes";
    auto known = std::make_shared<std::string>();
    code.load = [path, known] {
      std::getline(std::ifstream(path), *known);
      return std::string("app");
    };
    code.changed_files = [path, known]() -> std::vector<shared::ChangedFile> {
      std::string text;
      std::getline(std::ifstream(path), text);
      if (text == *known) return {};
      *known = text;
      return shared::changed_files(text);
    };
    code.watch_interval = std::chrono::milliseconds(10);
    code.serve = [](const shared::Heritage& heritage) {
      const std::string told = shared::to_lines(heritage.changed_files);
      std::printf("generation %u is told: %s\n", heritage.generation,
                  told.substr(0, told.find('\n')).c_str());
      return idle_worker(heritage);
    };
    return stand_in_.start(code);
  }

  StandIn stand_in_;
};

TEST_F(HotReload, ChangedFilesBringInANewGenerationThatKnowsThem) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");

  stand_in_.folder.write("changes", "1700000000 css/page.css");

  server.wait_for("(generation 2, files changed)");
  server.wait_for("generation 2 is told: 1700000000 css/page.css");
  server.wait_for("generation 2 serves");
}

TEST_F(HotReload, EachChangeIsOneReload) {
  RunningServer server = start();
  server.wait_for("ready: 1 worker");
  stand_in_.folder.write("changes", "1700000000 page.css");
  server.wait_for("generation 2 serves");
  stand_in_.folder.write("changes", "1700000001 page.css");
  server.wait_for("generation 3 is told: 1700000001 page.css");
  server.wait_for("generation 3 serves");

  EXPECT_EQ(server.count("files changed)"), 2);
}

}  // namespace
}  // namespace ekiden::test
