// SPDX-License-Identifier: MIT
// What must not be reported.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "tests/seal/sealed_app.hpp"

#ifdef __SANITIZE_THREAD__
/// The facet keeps, without a lock, what it has found for each character, which is the same for all
/// threads. What localtime() and gmtime() return is the C library's and overwritten by the next
/// call, and a lock that the sanitizer does not see is around its time zone: that they write there,
/// all threads the same, is what the module calls them for.
extern "C" const char* __tsan_default_suppressions() {
  return "race:std::ctype<char>::narrow\n"
         "race:localtime\n"
         "race:gmtime\n"
         "race:^tzset_internal$\n";
}
#endif

namespace ekiden::test {
namespace {

const std::vector<std::pair<std::string, std::vector<std::string>>> kKinds{
    {"out",
     {"print", "throw", "cast", "match", "time", "locale", "sqlite", "digest", "scratch", "threads",
      "random", "containers"}},
    {"objects", {"frame", "sorted", "memoized", "json", "component", "figure"}},
};

class Innocent : public OfEachVariant {};

/// Ends the process: 0 if all answers are 200.
[[noreturn]] void do_all(const std::string& module, int threads) {
  SealedApp app(module);
  std::atomic<int> wrong{0};
  on_threads(threads, [&](int) {
    for (const auto& [output, kinds] : kKinds) {
      for (const std::string& kind : kinds) {
        const SealedApp::Answer answer = app.call(output, kind);
        if (answer.status == 200) continue;
        std::fprintf(stderr, "%s: %s\n", kind.c_str(), answer.body.c_str());
        ++wrong;
      }
    }
    wrong += app.call("objects", "nothing").status != 204;
  });
  std::exit(wrong.load() == 0 ? 0 : 1);
}

TEST_P(Innocent, CallbacksAreNotReported) {
  EXPECT_EXIT(do_all("innocent_" + variant(), threads()), testing::ExitedWithCode(0), "^$");
}

INSTANTIATE_TEST_SUITE_P(By, Innocent, OfEachVariant::all(), OfEachVariant::name);

}  // namespace
}  // namespace ekiden::test
