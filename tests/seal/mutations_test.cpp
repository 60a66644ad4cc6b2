// SPDX-License-Identifier: MIT
// Every kind of write, from modules of each compiler, on one, two and eight threads: each call is
// reported, and nothing changes. Each test is a process of its own, since what is sealed stays so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>

#include "tests/seal/sealed_app.hpp"
#include "worker/seal/sanitizer.hpp"

#ifdef __SANITIZE_ADDRESS__
/// The exception of a refused write may skip destructors, so what they free is lost; the worker is
/// replaced for it.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif

#ifdef __SANITIZE_THREAD__
/// The modules, loaded by descriptor, do race: for writes that are refused, which a copying
/// function notes beforehand. And they are not instrumented, so how their std::future hands an
/// exception to the thread that unwinds by it and frees it is not seen.
extern "C" const char* __tsan_default_suppressions() {
  return "race:/proc/self/fd/\n"
         "race:^__gxx_personality_v0$\n"
         "race:^__cxa_allocate_exception$\n"
         "race:^std::logic_error::~logic_error\n";
}
#endif

namespace ekiden::test {
namespace {

/// What a report of each kind says was written to.
const std::map<std::string, std::string> kTargets{
    {"scalar", "the global `counter`"},
    {"scalar among destructors", "the global `counter`"},
    {"hidden scalar", "the global `(anonymous namespace)::hidden`"},
    {"element", "memory of the global `df`"},
    {"push_back", "the global `df`"},
    {"push_back that grows", "the global `df`"},
    {"insert", "the global `df`"},
    {"clear", "the global `df`"},
    {"assign", "the global `df`"},
    {"erase", "memory of the global `df`"},
    {"resize", "the global `df`"},
    {"loop", "memory of the global `df`"},
    {"append", "the global `title`"},
    {"character", "memory of the global `title`"},
    {"nested string", "memory of the global `nested`"},
    {"map insert", "the global `by_name`"},
    {"map value", "memory of the global `by_name`"},
    {"map erase", "the global `by_name`"},
    {"shared_ptr copy", "memory of the global `shared_number`"},
    {"mutex", "the global `mutex`"},
    {"atomic", "the global `atomic_counter`"},
    {"static variable", "static variable `app_code::next()::calls`"},
    {"pointer", "memory of the global `app_code::number_made_in_set_up`"},
    {"memset", "the global `buffer`"},
    {"memcpy", "memory of the global `df`"},
    {"from malloc", "memory of the global `from_malloc`"},
    {"noexcept", "the global `counter`"},
    {"noexcept call", "the global `df`"},
    {"swallowed", "the global `counter`"},
    {"delete", "memory of the global `app_code::number_made_in_set_up`"},
    {"realloc", "memory of the global `from_malloc`"},
    {"async", "the global `counter`"},
    {"async, not asked", "the global `df`"},
    {"async, deep", "the global `df`"},
    {"packaged task", "the global `counter`"},
    {"promise", "the global `counter`"},
    {"thread", "the global `counter`"},
    {"thread of a thread", "the global `counter`"},
    {"thread, noexcept", "the global `df`"},
    {"thread, swallowed", "the global `counter`"},
    {"POSIX thread", "the global `counter`"},
    {"memoized in a thread", "the global `counter`"},
    {"thread, memoized", "the global `counter`"},
    {"capture", "memory that set-up allocated"},
    {"memoized", "the global `counter`"},
    {"memoized by one for all", "the global `counter`"},
    {"memoized, swallowed inside", "the global `counter`"},
    {"memoized, swallowed outside", "the global `counter`"},
    {"reference", "a local variable of set-up, captured by reference"},
    {"read by reference", "a local variable of set-up, captured by reference"},
};

constexpr int kCallsPerThread = 20;

/// Which calls of one kind were not reported as they should be.
class Counter {
 public:
  Counter(SealedApp& app, std::string kind) : app_(app), kind_(std::move(kind)) {}

  void run(int threads) {
    on_threads(threads, [this](int) {
      for (int i = 0; i < kCallsPerThread; ++i) call();
    });
  }
  bool all_reported(int threads) const {
    if (reported_ == threads * kCallsPerThread) return true;
    std::fprintf(stderr, "%s: %d of %d reported; the last other answer: %s\n", kind_.c_str(),
                 reported_.load(), threads * kCallsPerThread, other_answer_.c_str());
    return false;
  }

 private:
  void call() {
    const SealedApp::Answer answer = app_.call("out", kind_);
    if (answer.status == 500 && is_report(answer.body)) {
      ++reported_;
    } else {
      const std::lock_guard lock(mutex_);
      other_answer_ = answer.body;
    }
  }
  /// Of threads that wait for one computation, only the one that computes has modified anything.
  bool is_report(const std::string& body) const {
    const bool waited =
        kind_ == "memoized by one for all" && body.find("ComputationFailed") != std::string::npos;
    return waited || (body.find("<h1>GlobalWrite</h1>") != std::string::npos &&
                      body.find(escaped(kTargets.at(kind_))) != std::string::npos);
  }
  static std::string escaped(std::string text) {
    for (auto at = text.find('\''); at != std::string::npos; at = text.find('\'')) {
      text.replace(at, 1, "&#39;");
    }
    return text;
  }

  SealedApp& app_;
  const std::string kind_;
  std::atomic<int> reported_{0};
  std::mutex mutex_;
  std::string other_answer_;
};

class Mutations : public OfEachVariant {};

/// Ends the process: 0 if every call of every kind was reported and nothing has changed.
[[noreturn]] void mutate_in_all_ways(const std::string& module, int threads) {
  SealedApp app(module);
  const std::string before = app.call("state", "").body;
  bool well = before.find("counter") != std::string::npos;
  for (const auto& [kind, target] : kTargets) {
    // A sanitizer's own malloc serves the app, and its memory cannot be sealed.
    if (EKIDEN_HAS_SANITIZER_MALLOC && (kind == "from malloc" || kind == "realloc")) continue;
    Counter counter(app, kind);
    counter.run(threads);
    well = counter.all_reported(threads) && well;
    if (app.call("state", "").body == before) continue;
    std::fprintf(stderr, "%s changed the state\n", kind.c_str());
    well = false;
  }
  well = well && app.call("other", "still").body.find("kept: still") != std::string::npos;
  std::exit(well ? 0 : 1);  // with static destructors, which write to what was sealed
}

TEST_P(Mutations, AreReportedAndNeverHappen) {
  EXPECT_EXIT(mutate_in_all_ways("mutations_" + variant(), threads()), testing::ExitedWithCode(0),
              "");
}

/// While others write, a callback that only reads the same data is right every time.
[[noreturn]] void read_beside_writers(const std::string& module, int threads) {
  SealedApp app(module);
  const std::string before = app.call("state", "").body;
  std::atomic<int> wrong{0};
  on_threads(threads * 2, [&](int number) {
    for (int i = 0; i < 200; ++i) {
      if (number % 2 == 0) {
        wrong += app.call("out", i % 2 == 0 ? "push_back" : "scalar").status != 500;
      } else {
        wrong += app.call("state", "").body != before;
      }
    }
  });
  std::exit(wrong.load() == 0 ? 0 : 1);
}

TEST_P(Mutations, DoNotDisturbThoseWhoRead) {
  EXPECT_EXIT(read_beside_writers("mutations_" + variant(), threads()), testing::ExitedWithCode(0),
              "");
}

INSTANTIATE_TEST_SUITE_P(By, Mutations, OfEachVariant::all(), OfEachVariant::name);

/// A write elsewhere is a crash, as before.
TEST(Seal, LeavesOtherFaultsAlone) {
  const auto crash = [] {
    SealedApp app("mutations_gcc_O2");
    app.call("other", "crash");
  };
#ifdef __SANITIZE_ADDRESS__
  EXPECT_EXIT(crash(), testing::ExitedWithCode(1), "AddressSanitizer: SEGV on unknown address");
#elif defined(__SANITIZE_THREAD__)
  EXPECT_EXIT(crash(), testing::ExitedWithCode(66), "ThreadSanitizer: SEGV on unknown address");
#else
  EXPECT_EXIT(crash(), testing::KilledBySignal(SIGSEGV), "");
#endif
}

/// The value lives on in the process that let it pass.
TEST(Seal, LetsAWritePassWithAWarning) {
  const auto warn = [] {
    SealedApp app("mutations_gcc_O2", shared::SealMode::warn);
    const int status = app.call("out", "scalar").status;
    const std::string state = app.call("state", "").body;
    std::exit(status == 200 && state.find(R"(\"counter\":2)") != std::string::npos ? 0 : 1);
  };
  EXPECT_EXIT(warn(), testing::ExitedWithCode(0),
              "wrote to the global `counter` at mutations.cpp:[0-9]+; --seal warn lets the value "
              "live in this worker only");
}

TEST(Seal, OffChangesNothing) {
  const auto write = [] {
    SealedApp app("mutations_gcc_O2", shared::SealMode::off);
    const int status = app.call("out", "push_back").status;
    const std::string state = app.call("state", "").body;
    std::exit(status == 200 && state.find(R"(\"df\":[1,2,3,4])") != std::string::npos ? 0 : 1);
  };
  EXPECT_EXIT(write(), testing::ExitedWithCode(0), "^$");
}

}  // namespace
}  // namespace ekiden::test
