// SPDX-License-Identifier: MIT
#include "shared/process_identity.hpp"

#include <gtest/gtest.h>

#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

TEST(ProcessIdentity, ARunningProcessIsNotDead) { EXPECT_FALSE(certainly_dead(this_process())); }

TEST(ProcessIdentity, AStoppedProcessIsNotDead) {
  SharedObject<ProcessIdentity> identity;
  Child child([&] {
    *identity = this_process();
    return raise(SIGSTOP);
  });
  ASSERT_TRUE(child.stopped());

  EXPECT_FALSE(certainly_dead(*identity));
}

TEST(ProcessIdentity, AKilledProcessIsDeadBeforeItsParentWaitsForIt) {
  SharedObject<ProcessIdentity> identity;
  Child child([&] {
    *identity = this_process();
    return raise(SIGKILL);
  });

  EXPECT_TRUE(eventually([&] { return certainly_dead(*identity); }));
  child.wait();
  EXPECT_TRUE(certainly_dead(*identity));
}

TEST(ProcessIdentity, AProcessThatStartedAtAnotherTimeIsAnotherProcess) {
  ProcessIdentity former = this_process();
  ASSERT_NE(former.start_ticks, 0U);
  former.start_ticks -= 1;

  EXPECT_TRUE(certainly_dead(former));
}

}  // namespace
}  // namespace ekiden::shared
