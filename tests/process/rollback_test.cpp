// SPDX-License-Identifier: MIT
// `ekiden ctl rollback`: the generation before serves again, as it was loaded then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/process/program.hpp"

namespace ekiden::test {
namespace {

using testing::HasSubstr;

class Rollback : public testing::Test {
 protected:
  struct Printed {
    int code;
    std::string text;
  };

  explicit Rollback(std::vector<std::string> arguments = {"--workers", "2"})
      : site_("steady", std::move(arguments)) {
    site_.server.wait_for("ready: ");
  }

  Printed roll_back() const {
    RunningServer tool = run_program({"ctl", "rollback", "--wait", "--control-socket",
                                      (site_.folder.path() / "control").string()});
    const int code = tool.wait_for_exit().value_or(-1000);
    return {code, tool.output()};
  }
  std::string title() const { return site_.connect().get("/").body; }
  void reload(const std::string& app, int generation) {
    site_.deploy(app);
    site_.server.send_signal(SIGHUP);
    site_.server.wait_for("generation " + std::to_string(generation) + " serves");
    wait_for_old_ones();
  }
  /// Until then they may answer.
  void wait_for_old_ones() { site_.server.wait_for("has left", left_ += 2); }

  Site site_;
  int left_ = 0;
};

TEST_F(Rollback, TheGenerationBeforeServesAgain) {
  reload("steady_next", 2);
  EXPECT_THAT(title(), HasSubstr("<title>second</title>"));

  const Printed printed = roll_back();

  EXPECT_EQ(printed.code, 0) << printed.text;
  EXPECT_THAT(printed.text, HasSubstr("generation 1 serves"));
  wait_for_old_ones();
  EXPECT_THAT(title(), HasSubstr("<title>first</title>"));
  EXPECT_EQ(site_.server.count("died"), 0);
}

TEST_F(Rollback, TheOneThatWasGivenUpCanBeTakenUpAgain) {
  reload("steady_next", 2);
  ASSERT_EQ(roll_back().code, 0);
  wait_for_old_ones();

  EXPECT_THAT(roll_back().text, HasSubstr("generation 2 serves"));

  wait_for_old_ones();
  EXPECT_THAT(title(), HasSubstr("<title>second</title>"));
  reload("steady", 3);
  EXPECT_THAT(title(), HasSubstr("<title>first</title>"));
}

TEST_F(Rollback, WithoutAReloadThereIsNothingToGoBackTo) {
  const Printed printed = roll_back();
  EXPECT_EQ(printed.code, 1);
  EXPECT_THAT(printed.text, HasSubstr("there is no generation to go back to"));
}

TEST_F(Rollback, AFailedReloadLeavesTheOneBeforeWhereItIs) {
  reload("steady_next", 2);
  site_.deploy("throws");
  site_.server.send_signal(SIGHUP);
  site_.server.wait_for("reload failed");

  EXPECT_THAT(roll_back().text, HasSubstr("generation 1 serves"));
}

TEST_F(Rollback, DeadWorkersAreReplacedFromTheGenerationThatIsBack) {
  reload("steady_next", 2);
  ASSERT_EQ(roll_back().code, 0);
  wait_for_old_ones();
  kill(site_.server.ready_worker(1, 3), SIGKILL);
  site_.server.ready_worker(1, 4);
  EXPECT_THAT(title(), HasSubstr("<title>first</title>"));
}

class RollbackTooLate : public Rollback {
 protected:
  RollbackTooLate()
      : Rollback({"--workers", "2", "--keep-generation", "0.05", "--log-level", "debug"}) {}
};

TEST_F(RollbackTooLate, AGenerationIsKeptForAWhileOnly) {
  reload("steady_next", 2);
  site_.server.wait_for("generation 1 is not kept any longer");
  const Printed printed = roll_back();
  EXPECT_EQ(printed.code, 1);
  EXPECT_THAT(printed.text, HasSubstr("--keep-generation 0.05 s"));
}

class RollbackOff : public Rollback {
 protected:
  RollbackOff() : Rollback({"--workers", "2", "--keep-generation", "0"}) {}
};

TEST_F(RollbackOff, NothingIsKept) {
  reload("steady_next", 2);
  EXPECT_EQ(roll_back().code, 1);
}

}  // namespace
}  // namespace ekiden::test
