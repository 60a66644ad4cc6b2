// SPDX-License-Identifier: MIT
#include "worker/seal/app_call.hpp"

#include <cxxabi.h>

#include "worker/seal/exception_globals.hpp"
#include "worker/seal/own_thread.hpp"
#include "worker/seal/seal.hpp"
#include "worker/seal/violation.hpp"

namespace ekiden::worker {

namespace {

thread_local constinit AppCall* current_call = nullptr;

}  // namespace

AppCall::AppCall() noexcept : outer_(current_call), noted_before_(violations_noted()) {
  current_call = this;
}

AppCall::~AppCall() {
  if (account_ != nullptr) account_->close();
  current_call = outer_;
}

AppCall* AppCall::current() noexcept { return current_call; }

const AppCall* AppCall::outermost() noexcept {
  const AppCall* call = current_call;
  while (call != nullptr && call->outer_ != nullptr) call = call->outer_;
  return call;
}

bool AppCall::is_violated() const noexcept {
  return violations_noted() > noted_before_ && seal_mode() == shared::SealMode::error;
}

std::shared_ptr<CallAccount> AppCall::account() { return current_call->own_account(); }

std::shared_ptr<CallAccount> AppCall::own_account() {
  if (account_ == nullptr) {
    account_ = std::make_shared<CallAccount>(outer_ == nullptr ? inherited_account()
                                                               : outer_->own_account());
  }
  return account_;
}

void AppCall::settle() noexcept {
  if (account_ == nullptr) return;
  if (const auto violation = account_->close()) adopt_violation(*violation);
}

void AppCall::escape() noexcept { _longjmp(way_out_, 1); }

void AppCall::run(void (*body)(void*), void* argument) {
  if (current_call == nullptr && !is_own_thread()) take_violation();
  AppCall call;
  const ExceptionGlobals before = exception_globals();
  if (_setjmp(call.way_out_) == 0) {
    try {
      body(argument);
    } catch (const abi::__forced_unwind&) {
      throw;
    } catch (...) {
      call.settle();
      if (!call.is_violated()) throw;
    }
  } else {
    exception_globals() = before;
  }
  call.settle();
  if (!call.is_violated()) return;
  if (call.outer_ == nullptr && is_own_thread()) settle_own_thread();
  throw GlobalWrite();
}

}  // namespace ekiden::worker
