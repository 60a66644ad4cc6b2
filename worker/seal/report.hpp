// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "worker/seal/data_symbols.hpp"
#include "worker/seal/violation.hpp"

namespace ekiden::worker {

/// What reports need to know of the module. Kept from the mold on.
struct SealedModule {
  std::uintptr_t base = 0;
  DataSymbols symbols;
};
void set_sealed_module(SealedModule module);

/// Whose code it was.
struct Culprit {
  std::string name;         ///< "callback graph.figure (app.cpp:42)", "route GET /report"
  std::string_view target;  ///< of the request, "/_dash-update-component"; empty: no request
  std::string_view remote;  ///< its client
};

/// Describes a violation: "wrote to `df` in add(int) at app.cpp:57". Logs it in full once per place
/// in the code, then when its count is 10, 100 and so on. With SealMode::error, asks the master for
/// another worker in place of this one, once: destructors may have been skipped.
/// Thread safety: any. Takes milliseconds, the first time tens of them.
std::string report_violation(const Violation& violation, const Culprit& culprit);

/// What to do instead of writing; one sentence that follows a report.
std::string_view sanctioned_ways();

}  // namespace ekiden::worker
