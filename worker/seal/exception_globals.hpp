// SPDX-License-Identifier: MIT
#pragma once

#include <cxxabi.h>

namespace ekiden::worker {

/// The C++ library's record of this thread's exceptions, laid out as the ABI says. A jump leaves
/// those that it skips in there.
struct ExceptionGlobals {
  void* caught = nullptr;
  unsigned int uncaught = 0;
};

inline ExceptionGlobals& exception_globals() noexcept {
  return *reinterpret_cast<ExceptionGlobals*>(abi::__cxa_get_globals());
}

}  // namespace ekiden::worker
