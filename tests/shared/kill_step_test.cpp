// SPDX-License-Identifier: MIT
// A worker is killed at every so many instructions of an operation: EKIDEN_KILL_STEP, or unless
// that is set 50; more where it would take too long, since each victim is stepped from the start.
// With EKIDEN_KILL_STEP=1 these are clearing, making room for a large value, and closing up a
// queue.
#include <gtest/gtest.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

#include "shared/memo_cache.hpp"
#include "tests/shared/cache_values.hpp"
#include "tests/shared/processes.hpp"

namespace ekiden::shared {
namespace {

constexpr std::uint32_t kVictim = 1;
constexpr std::uint32_t kSurvivor = 2;
constexpr std::uint32_t kLeader = 3;
constexpr std::uint64_t kKeys = 40;
constexpr std::uint64_t kFirstTagged = 30;  ///< this key and those after it have a tag
constexpr std::uint32_t kEntries = 256;
constexpr std::size_t kDataBytes = 1U << 20;
/// Of all victims of one operation together: a step takes 5 to 50 µs.
constexpr long kMostSteps = 80'000;
/// The same if EKIDEN_KILL_STEP is set, of an operation that has too many instructions for it.
constexpr long kMostStepsOfALongRun = 5'000'000;
constexpr long kTooMany = 10'000;
constexpr long kFewestPoints = 4;
/// Of one operation: what comes later is no work on the cache.
constexpr long kMostInstructions = kSanitized ? 50'000 : 200'000;

const std::string kTag = "tag";

std::string name(std::uint64_t key) { return "key " + std::to_string(key); }

/// Called by an operation where its interesting part begins.
void start_stepping() { raise(SIGSTOP); }

/// What may be gone of keys that were there before the operation.
enum class Loss {
  nothing,
  key_5,
  tagged,  ///< all values of the tag, or none
  anything,
};

/// What must be so when the operation begins.
enum class Before {
  stored,       ///< the keys are
  dead_leader,  ///< of key 5
  full_queue,   ///< a queue of eviction has room for one more token
};

struct Operation {
  const char* title;
  std::function<void(MemoCache&)> run;
  Loss loss = Loss::nothing;
  std::size_t value_bytes = 200;  ///< of each key; beyond 25'000 they exceed the cache
  Before before = Before::stored;
  long most_instructions = kMostInstructions;
};

std::ostream& operator<<(std::ostream& out, const Operation& operation) {
  return out << operation.title;
}

class KillStep : public ::testing::TestWithParam<Operation> {
 protected:
  void SetUp() override { restore(); }

  void restore() {
    if (!cache_ || GetParam().before == Before::full_queue) {
      cache_.emplace(MemoCache::Limits{.data_bytes = kDataBytes, .entries = kEntries});
      cache_->attach(0);
    }
    for (std::uint64_t key = 0; key < kKeys; ++key) {
      if (cache_->find(name(key))) continue;
      StoreOptions options;
      if (key >= kFirstTagged) options.names = cache_->names("", std::span(&kTag, 1));
      ASSERT_TRUE(cache_->store(name(key), bytes(pattern(GetParam().value_bytes, key)), options));
    }
    cache_->erase(name(100));
    if (GetParam().before == Before::dead_leader) let_a_leader_die();
    if (GetParam().before == Before::full_queue) fill_queue();
  }
  void let_a_leader_die() {
    cache_->erase(name(5));
    Child leader([this] {
      cache_->attach(kLeader);
      cache_->get_or_compute(name(5), {}, [](ValueWriter& writer) {
        writer.reserve(5000);
        raise(SIGKILL);
      });
      return 0;
    });
    leader.wait();
  }
  /// Each value leaves a token, and a queue has room for two per entry.
  void fill_queue() {
    for (std::uint64_t tokens = kKeys; tokens < 2 * kEntries; ++tokens) {
      ASSERT_TRUE(cache_->store(name(6), bytes(pattern(200, 6))));
    }
  }

  /// Steps a worker through `count` instructions of the operation and kills it there. Gives the
  /// instructions of the whole operation if it has fewer.
  std::optional<long> kill_after(long count) {
    Child victim([this] {
      cache_->attach(kVictim);
      ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      GetParam().run(*cache_);
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
      cache_->attach(kSurvivor);
      std::uint64_t tagged = 0;
      for (std::uint64_t key = 0; key < kKeys; ++key) {
        const auto pin = cache_->find(name(key));
        if (pin && !whole_pattern(pin->bytes(), key)) return 1;
        if (pin && key >= kFirstTagged) ++tagged;
        if (!pin && !may_be_gone(key)) return 2;
      }
      const bool partly = tagged != 0 && tagged != kKeys - kFirstTagged;
      if (GetParam().loss == Loss::tagged && partly) return 3;
      if (!cache_->store("survivor", bytes(pattern(400, 7)))) return 4;
      const auto own = cache_->find("survivor");
      if (!own || !whole_pattern(own->bytes(), 7)) return 5;
      return cache_->erase("survivor") ? 0 : 6;
    });
    return survivor.exit_code_within(20);
  }
  static bool may_be_gone(std::uint64_t key) {
    switch (GetParam().loss) {
      case Loss::nothing:
        return false;
      case Loss::key_5:
        return key == 5;
      case Loss::tagged:
        return key >= kFirstTagged;
      case Loss::anything:
        return true;
    }
    return false;
  }

  bool computable() {
    return whole_pattern(cache_->get_or_compute(name(5), {}, computes(pattern(200, 5))).bytes(), 5);
  }

  void check_after(long point) {
    ASSERT_EQ(survivor_fares(), 0) << "killed after instruction " << point;
    for (const std::uint32_t slot : {kVictim, kSurvivor, kLeader}) {
      ASSERT_TRUE(eventually([&] { return cache_->reap(slot); })) << point;
    }
    ASSERT_EQ(cache_->check_invariants(), "") << "killed after instruction " << point;
    ASSERT_TRUE(computable()) << "killed after instruction " << point;
    ASSERT_EQ(cache_->check_invariants(), "") << "killed after instruction " << point;
  }

  std::optional<MemoCache> cache_;
};

long stride_for(long instructions) {
  const long wanted = setting("EKIDEN_KILL_STEP", 0);
  const long most_steps = wanted > 0 ? kMostStepsOfALongRun : kMostSteps;
  const bool whole = wanted > 0 && instructions < kTooMany;
  const long affordable = whole ? 1 : instructions * instructions / (2 * most_steps);
  const long stride = std::max(wanted > 0 ? wanted : 50L, affordable);
  return std::min(stride, instructions / kFewestPoints);
}

TEST_P(KillStep, LeavesACacheThatIsWholeAndUsable) {
  const long most = GetParam().most_instructions;
  const long instructions = kill_after(most).value_or(most);
  check_after(instructions);
  const long stride = stride_for(instructions);
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
  RecordProperty("stride", std::to_string(stride));
}

/// Made beforehand, so that the steps go into the cache.
const std::string kSmall = pattern(240, 5);
const std::string kBefore = pattern(200, 5);
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

/// The result is one of two drafts, in place of a copy.
std::function<void(ValueWriter&)> drafts(const std::string& value) {
  return [&value](ValueWriter& writer) {
    const auto other = writer.draft(50'000, true);
    auto draft = writer.draft(value.size(), false);
    if (!other || !draft) return;
    std::memcpy(draft->place().data(), value.data(), value.size());
    writer.accept(*draft);
  };
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

void store_if(MemoCache& cache, std::uint64_t key, const std::string& expected) {
  start_stepping();
  cache.store_if(name(key), bytes(expected), bytes(kSmall));
}

template <class Action>
std::function<void(MemoCache&)> steps(Action action) {
  return [action](MemoCache& cache) {
    start_stepping();
    action(cache);
  };
}

const Operation kOperations[] = {
    {"StoringANewKey", [](MemoCache& cache) { store(cache, 100, kNew); }},
    {"ReplacingAValue", [](MemoCache& cache) { store(cache, 5, kSmall); }},
    {"StoringIntoAFullQueue", [](MemoCache& cache) { store(cache, 5, kSmall); }, Loss::nothing, 200,
     Before::full_queue},
    {"StoringIf", [](MemoCache& cache) { store_if(cache, 5, kBefore); }},
    {"StoringIfItDiffers", [](MemoCache& cache) { store_if(cache, 5, kNew); }},
    {"Refreshing", steps([](MemoCache& cache) { cache.refresh(name(5), {}, kComputes); })},
    {"Touching", steps([](MemoCache& cache) { cache.touch(name(5), std::chrono::hours(1)); })},
    {"Invalidating", steps([](MemoCache& cache) { cache.invalidate(kTag); }), Loss::tagged},
    {"Erasing", steps([](MemoCache& cache) { cache.erase(name(5)); }), Loss::key_5},
    {"Clearing", steps([](MemoCache& cache) { cache.clear(); }), Loss::anything},
    {"Finding", steps([](MemoCache& cache) { cache.find(name(5)); })},
    {"Computing", [](MemoCache& cache) { compute(cache, 5, kComputes); }, Loss::key_5},
    {"ComputingPages", [](MemoCache& cache) { compute(cache, 100, reserves(50'000)); }},
    {"Drafting", steps([](MemoCache& cache) { cache.get_or_compute(name(100), {}, drafts(kNew)); }),
     Loss::anything},
    {"RefreshingByADraft",
     steps([](MemoCache& cache) { cache.refresh(name(5), {}, drafts(kSmall)); })},
    // After that it unwinds.
    {"Failing", fail, Loss::nothing, 200, Before::stored, 3000},
    {"TakingOver", steps([](MemoCache& cache) { cache.get_or_compute(name(5), {}, kComputes); }),
     Loss::key_5, 200, Before::dead_leader},
    {"Evicting", [](MemoCache& cache) { compute(cache, 100, reserves(20'000)); }, Loss::anything,
     28'000},
    {"EvictingAWindow", [](MemoCache& cache) { compute(cache, 100, reserves(500'000)); },
     Loss::anything, 28'000},
};

INSTANTIATE_TEST_SUITE_P(, KillStep, ::testing::ValuesIn(kOperations),
                         [](const auto& operation) { return std::string(operation.param.title); });

}  // namespace
}  // namespace ekiden::shared
