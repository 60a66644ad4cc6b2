// SPDX-License-Identifier: MIT
#include "shared/robust_mutex.hpp"

#include <gtest/gtest.h>

#include <mutex>

#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

using Acquired = RobustMutex::Acquired;

TEST(RobustMutex, ALockThatNobodyHeldIsAcquiredCleanly) {
  SharedObject<RobustMutex> mutex;

  EXPECT_EQ(mutex->acquire(), Acquired::cleanly);
  mutex->release();
  EXPECT_EQ(mutex->acquire(), Acquired::cleanly);
  mutex->release();
}

TEST(RobustMutex, TheNextLockerLearnsThatTheOwnerWasKilled) {
  SharedObject<RobustMutex> mutex;
  Child owner([&] {
    mutex->acquire();
    return raise(SIGKILL);
  });
  owner.wait();

  EXPECT_EQ(mutex->acquire(), Acquired::after_death);
  mutex->mark_consistent();
  mutex->release();
  EXPECT_EQ(mutex->acquire(), Acquired::cleanly);
  mutex->release();
}

TEST(RobustMutex, ARepairThatIsItselfKilledIsLeftToTheNextLocker) {
  SharedObject<RobustMutex> mutex;
  for (int death = 0; death < 3; ++death) {
    Child owner([&] {
      mutex->acquire();
      return raise(SIGKILL);
    });
    owner.wait();
  }

  EXPECT_EQ(mutex->acquire(), Acquired::after_death);
  mutex->mark_consistent();
  mutex->release();
}

TEST(RobustMutex, AnAttemptWithPatienceEndsWhileAnotherHoldsTheLock) {
  SharedObject<RobustMutex> mutex;
  Child owner([&] {
    mutex->acquire();
    return raise(SIGSTOP);
  });
  ASSERT_TRUE(owner.stopped());

  EXPECT_EQ(mutex->acquire_for(std::chrono::milliseconds(5)), Acquired::timed_out);
  EXPECT_EQ(mutex->acquire_for(std::chrono::milliseconds(0)), Acquired::timed_out);
}

TEST(RepairingMutex, RepairsOnceAfterADeathAndBeforeTheLockIsHeld) {
  SharedObject<RobustMutex> mutex;
  int repairs = 0;
  RepairingMutex repairing(*mutex, [&] { ++repairs; });
  Child owner([&] {
    mutex->acquire();
    return raise(SIGKILL);
  });
  owner.wait();

  { const std::lock_guard lock(repairing); }
  { const std::lock_guard lock(repairing); }

  EXPECT_EQ(repairs, 1);
}

}  // namespace
}  // namespace ekiden::shared
