// SPDX-License-Identifier: MIT
// A worker is killed at every so many instructions of an operation: EKIDEN_KILL_STEP, or unless
// that is set 50, or more where that would take too long.
#include "shared/memo_cache.hpp"
#include "tests/shared/cache_values.hpp"
#include "tests/shared/processes.hpp"

#include <gtest/gtest.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

namespace ekiden::shared {
namespace {

constexpr std::uint32_t kVictim = 1;
constexpr std::uint32_t kSurvivor = 2;
constexpr std::uint32_t kLeader = 3;
constexpr std::uint64_t kKeys = 40;
constexpr std::size_t kDataBytes = 1U << 20;
/// Of all victims of one operation together: a step takes 5 to 50 µs.
constexpr long kMostSteps = 80'000;
constexpr long kFewestPoints = 4;
/// Of one operation: what comes later is no work on the cache.
constexpr long kMostInstructions = kSanitized ? 50'000 : 200'000;

std::string name(std::uint64_t key) { return "key " + std::to_string(key); }

/// Called by an operation where its interesting part begins.
void start_stepping() { raise(SIGSTOP); }

struct Operation {
  const char* title;
  std::function<void(MemoCache&)> run;
  std::size_t value_bytes = 200;  ///< of each key; beyond 25'000 they exceed the cache
  bool takes_over = false;        ///< needs a dead leader of key 5
  long most_instructions = kMostInstructions;

  bool evicts() const { return value_bytes * kKeys > kDataBytes; }
};

std::ostream& operator<<(std::ostream& out, const Operation& operation) {
  return out << operation.title;
}

class KillStep : public ::testing::TestWithParam<Operation> {
 protected:
  void SetUp() override {
    cache_.attach(0);
    restore();
  }

  void restore() {
    for (std::uint64_t key = 0; key < kKeys; ++key) {
      if (cache_.find(name(key))) continue;
      ASSERT_TRUE(cache_.store(name(key), bytes(pattern(GetParam().value_bytes, key))));
    }
    cache_.erase(name(100));
    if (!GetParam().takes_over) return;
    cache_.erase(name(5));
    Child leader([this] {
      cache_.attach(kLeader);
      cache_.get_or_compute(name(5), {}, [](ValueWriter& writer) {
        writer.reserve(5000);
        raise(SIGKILL);
      });
      return 0;
    });
    leader.wait();
  }

  /// Steps a worker through `count` instructions of the operation and kills it there. Gives the
  /// instructions of the whole operation if it has fewer.
  std::optional<long> kill_after(long count) {
    Child victim([this] {
      cache_.attach(kVictim);
      ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      GetParam().run(cache_);
      return raise(SIGSTOP);
    });
    int status = 0;
    waitpid(victim.pid(), &status, 0);
    for (long step = 0; step < count; ++step) {
      if (ptrace(PTRACE_SINGLESTEP, victim.pid(), nullptr, nullptr) != 0) return step;
      waitpid(victim.pid(), &status, 0);
      if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP) return step;
    }
    return std::nullopt;
  }

  /// 0 if a worker that lives on can read and write, before the master has noticed anything.
  int survivor_fares() {
    Child survivor([this] {
      cache_.attach(kSurvivor);
      for (std::uint64_t key = 0; key < kKeys; ++key) {
        const auto pin = cache_.find(name(key));
        if (pin && !whole_pattern(pin->bytes(), key)) return 1;
        if (!pin && !GetParam().evicts() && key != 5) return 2;
      }
      if (!cache_.store("survivor", bytes(pattern(400, 7)))) return 3;
      const auto own = cache_.find("survivor");
      if (!own || !whole_pattern(own->bytes(), 7)) return 4;
      return cache_.erase("survivor") ? 0 : 5;
    });
    return survivor.exit_code_within(20);
  }

  bool computable() {
    return whole_pattern(cache_.get_or_compute(name(5), {}, computes(pattern(200, 5))).bytes(), 5);
  }

  void check_after(long point) {
    ASSERT_EQ(survivor_fares(), 0) << "killed after instruction " << point;
    for (const std::uint32_t slot : {kVictim, kSurvivor, kLeader}) {
      ASSERT_TRUE(eventually([&] { return cache_.reap(slot); })) << point;
    }
    ASSERT_EQ(cache_.check_invariants(), "") << "killed after instruction " << point;
    ASSERT_TRUE(computable()) << "killed after instruction " << point;
    ASSERT_EQ(cache_.check_invariants(), "") << "killed after instruction " << point;
  }

  MemoCache cache_{{.data_bytes = kDataBytes, .entries = 256}};
};

TEST_P(KillStep, LeavesACacheThatIsWholeAndUsable) {
  const long most = GetParam().most_instructions;
  const long instructions = kill_after(most).value_or(most);
  check_after(instructions);
  const long affordable = instructions * instructions / (2 * kMostSteps);
  const long stride = setting("EKIDEN_KILL_STEP",
                              std::min(std::max(50L, affordable), instructions / kFewestPoints));
  long points = 0;

  for (long point = 0; point < instructions; point += stride, ++points) {
    restore();
    // The same operation takes a few instructions more or less each time.
    const bool finished = kill_after(point).has_value();
    check_after(point);
    if (HasFatalFailure() || finished) break;
  }

  EXPECT_GE(points, kFewestPoints - 1);
  RecordProperty("instructions", std::to_string(instructions));
  RecordProperty("points", std::to_string(points));
}

/// Made beforehand, so that the steps go into the cache.
const std::string kSmall = pattern(240, 5);
const std::string kNew = pattern(200, 100);
const auto kComputes = computes(kSmall);

/// Reserves without filling, since each byte copied would be a step.
std::function<void(ValueWriter&)> reserves(std::size_t size) {
  return [size](ValueWriter& writer) { writer.reserve(size); };
}

void store(MemoCache& cache, std::uint64_t key, const std::string& value) {
  start_stepping();
  cache.store(name(key), bytes(value));
}

void compute(MemoCache& cache, std::uint64_t key,
             const std::function<void(ValueWriter&)>& computation) {
  start_stepping();
  cache.erase(name(key));
  cache.get_or_compute(name(key), {}, computation);
}

/// Its text is asked for just before the failure is published: no unwinding is stepped through.
struct LateFailure : std::exception {
  const char* what() const noexcept override {
    start_stepping();
    return "failure";
  }
};

void fail(MemoCache& cache) {
  try {
    cache.get_or_compute(name(100), {}, [](ValueWriter&) { throw LateFailure(); });
  } catch (const LateFailure&) {
    start_stepping();
  }
}

const Operation kOperations[] = {
    {"StoringANewKey", [](MemoCache& cache) { store(cache, 100, kNew); }},
    {"ReplacingAValue", [](MemoCache& cache) { store(cache, 5, kSmall); }},
    {"Erasing",
     [](MemoCache& cache) {
       start_stepping();
       cache.erase(name(5));
     }},
    {"Finding",
     [](MemoCache& cache) {
       start_stepping();
       cache.find(name(5));
     }},
    {"Computing", [](MemoCache& cache) { compute(cache, 5, kComputes); }},
    {"ComputingPages", [](MemoCache& cache) { compute(cache, 100, reserves(50'000)); }},
    // After that it unwinds.
    {"Failing", fail, 200, false, 3000},
    {"TakingOver",
     [](MemoCache& cache) {
       start_stepping();
       cache.get_or_compute(name(5), {}, kComputes);
     },
     200, true},
    {"Evicting", [](MemoCache& cache) { compute(cache, 100, reserves(20'000)); }, 28'000},
    {"EvictingAWindow", [](MemoCache& cache) { compute(cache, 100, reserves(500'000)); }, 28'000},
};

INSTANTIATE_TEST_SUITE_P(, KillStep, ::testing::ValuesIn(kOperations),
                         [](const auto& operation) { return std::string(operation.param.title); });

}  // namespace
}  // namespace ekiden::shared
