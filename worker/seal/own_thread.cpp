// SPDX-License-Identifier: MIT
// The program's own pthread_create, which stands before the C library's for app modules and for
// std::thread: it tells a thread of the app's which call it works for.
#include "worker/seal/own_thread.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <unwind.h>

#include <utility>

#include "worker/seal/app_call.hpp"
#include "worker/seal/exception_globals.hpp"
#include "worker/seal/loaded_objects.hpp"
#include "worker/seal/report.hpp"
#include "worker/seal/seal.hpp"

namespace ekiden::worker {

namespace {

thread_local constinit const std::shared_ptr<CallAccount>* inherited = nullptr;
thread_local constinit bool refused = false;
thread_local constinit void* terminating_function = nullptr;

struct Start {
  void* (*routine)(void*);
  void* argument;
  std::shared_ptr<CallAccount> account;
};

/// What a thread works for, for its lifetime.
class Work {
 public:
  explicit Work(const std::shared_ptr<CallAccount>& account) { inherited = &account; }
  ~Work() {
    settle_own_thread();
    inherited = nullptr;
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
};

void* run_own_thread(void* argument) {
  const std::unique_ptr<Start> start(static_cast<Start*>(argument));
  const Work work(start->account);
  return start->routine(start->argument);
}

/// A std::thread starts in the C++ library; whose it is, its state's virtual table tells. Ekiden
/// starts threads of its own during calls, too.
bool is_of_app(void* (*routine)(void*), void* argument) noexcept {
  const Origin origin = origin_of(reinterpret_cast<const void*>(routine));
  if (origin != Origin::standard) return origin == Origin::app;
  return argument != nullptr &&
         origin_of(*static_cast<const void* const*>(argument)) == Origin::app;
}

}  // namespace

std::shared_ptr<CallAccount> inherited_account() noexcept {
  return inherited == nullptr ? nullptr : *inherited;
}

bool is_own_thread() noexcept { return inherited != nullptr; }

bool is_own_thread_refused() noexcept { return is_own_thread() && refused; }

void settle_own_thread() {
  const auto violation = take_violation();
  if (!violation) return;
  refused = seal_mode() == shared::SealMode::error;
  if ((*inherited)->charge(*violation)) return;
  keep_stray_violation(*violation);
  report_violation(*violation, {"a thread that the app has started", {}, {}});
}

void leave_own_thread(void* code) {
  terminating_function = _Unwind_FindEnclosingFunction(code);
  // The refusal counts as caught, by std::terminate, and beside it a handler cannot catch the way
  // out, which is no exception of the C++ library's.
  exception_globals() = {};
  ::pthread_exit(nullptr);
}

bool is_leaving_own_thread() noexcept { return terminating_function != nullptr; }

bool is_way_out(std::uintptr_t function) noexcept {
  return function == reinterpret_cast<std::uintptr_t>(terminating_function);
}

}  // namespace ekiden::worker

extern "C" __attribute__((visibility("default"))) int pthread_create(
    pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*),
    void* argument) noexcept {
  using namespace ekiden::worker;
  static const auto create =
      reinterpret_cast<decltype(&pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
  const AppCall* call = AppCall::current();
  if ((call == nullptr && !is_own_thread()) || !is_of_app(routine, argument)) {
    return create(thread, attributes, routine, argument);
  }
  auto start = std::make_unique<Start>(
      Start{routine, argument, call == nullptr ? inherited_account() : AppCall::account()});
  const int error = create(thread, attributes, run_own_thread, start.get());
  if (error == 0) start.release();
  return error;
}
