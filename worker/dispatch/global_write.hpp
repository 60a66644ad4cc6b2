// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "worker/dispatch/error_page.hpp"
#include "worker/exchange.hpp"

namespace ekiden::worker {

/// Of a callback, a route or the layout function that wrote to what set-up had made.
struct RefusedCode {
  std::string kind;   ///< "callback", "route"
  std::string name;   ///< "graph.figure"
  std::string where;  ///< "app.cpp:42"; may be empty
};

/// Reports what this thread was refused, and returns it as the failure of `code`. With `with_trace`
/// the failure has the stack, pruned if `prune` says so.
/// REQUIRES: GlobalWrite was caught on this thread, outside of the app's code.
Failure refused_write(const RefusedCode& code, const Request& request, bool with_trace = false,
                      bool prune = true);

/// Reports the write that --seal warn has let pass on this thread, if there was one.
void report_passed_write(const RefusedCode& code, const Request& request);

}  // namespace ekiden::worker
