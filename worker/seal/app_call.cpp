// SPDX-License-Identifier: MIT
#include "worker/seal/app_call.hpp"

#include <cxxabi.h>

#include "worker/seal/seal.hpp"
#include "worker/seal/violation.hpp"

namespace ekiden::worker {

namespace {

thread_local constinit AppCall* current_call = nullptr;

/// The C++ library's record of this thread's exceptions, laid out as the ABI says. A jump leaves
/// those that it skips in there.
struct ExceptionGlobals {
  void* caught;
  unsigned int uncaught;
};

ExceptionGlobals& exception_globals() noexcept {
  return *reinterpret_cast<ExceptionGlobals*>(abi::__cxa_get_globals());
}

}  // namespace

AppCall::AppCall() noexcept
    : outer_(current_call), noted_before_(outer_ == nullptr ? 0 : violations_noted()) {
  if (outer_ == nullptr) take_violation();
  current_call = this;
}

AppCall::~AppCall() { current_call = outer_; }

AppCall* AppCall::current() noexcept { return current_call; }

bool AppCall::is_violated() const noexcept {
  return violations_noted() > noted_before_ && seal_mode() == shared::SealMode::error;
}

void AppCall::escape() noexcept { _longjmp(way_out_, 1); }

void AppCall::run(void (*body)(void*), void* argument) {
  AppCall call;
  const ExceptionGlobals before = exception_globals();
  if (_setjmp(call.way_out_) == 0) {
    try {
      body(argument);
    } catch (const abi::__forced_unwind&) {
      throw;
    } catch (...) {
      if (!call.is_violated()) throw;
    }
  } else {
    exception_globals() = before;
  }
  if (call.is_violated()) throw GlobalWrite();
}

}  // namespace ekiden::worker
