// SPDX-License-Identifier: MIT
#include "worker/dispatch/global_write.hpp"

#include <fmt/format.h>

#include <string_view>

#include "worker/app/throw_trace.hpp"
#include "worker/seal/report.hpp"
#include "worker/seal/violation.hpp"

namespace ekiden::worker {

namespace {

std::string_view file_of(const RefusedCode& code) {
  return std::string_view(code.where).substr(0, code.where.rfind(':'));
}

std::string report(const RefusedCode& code, const Violation& violation, const Request& request) {
  const std::string where = code.where.empty() ? "" : fmt::format(" ({})", code.where);
  return report_violation(violation, {fmt::format("{} {}{}", code.kind, code.name, where),
                                      request.path, request.remote});
}

}  // namespace

Failure refused_write(const RefusedCode& code, const Request& request, bool with_trace,
                      bool prune) {
  // The callback may have got the exception of another thread handed on, by std::async.
  const auto own = take_violation();
  const Violation violation = own ? *own : last_stray_violation();
  Failure failure{code.name, code.where, "GlobalWrite", {}};
  failure.message =
      fmt::format("{}; this was refused. {}", report(code, violation, request), sanctioned_ways());
  if (with_trace) failure.trace = trace_of(violation.stack(), file_of(code), prune);
  return failure;
}

void report_passed_write(const RefusedCode& code, const Request& request) {
  if (const auto violation = take_violation()) report(code, *violation, request);
}

}  // namespace ekiden::worker
